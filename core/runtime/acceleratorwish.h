// SPDX-License-Identifier: GPL-3.0-or-later
// What a notebook asks for to compute with, as Google Colab writes it: metadata.accelerator ("GPU", "TPU")
// and metadata.colab.gpuType ("T4", "A100"). Source: the notebooks of googlecolab/colabtools.
#pragma once

#include <core/runtime/hardware.h>

#include <nlohmann/json_fwd.hpp>

#include <optional>

namespace cahier::runtime {

struct AcceleratorWish {
    enum class Kind { None, Gpu, Tpu };
    Kind kind = Kind::None;
    QString gpuType; ///< as the notebook says it; may be empty

    /// "a GPU (T4)", "a TPU"; empty for none.
    [[nodiscard]] QString text() const;
    friend bool operator==(const AcceleratorWish&, const AcceleratorWish&) = default;
};

/// Of a notebook's metadata; what is malformed counts as absent.
[[nodiscard]] AcceleratorWish wishIn(const nlohmann::json& metadata);
/// Makes the metadata ask for the kind of the choice. Where they do already nothing changes, so that a
/// notebook from Colab keeps what Colab wrote. True when something changed.
bool writeWish(nlohmann::json& metadata, const AcceleratorChoice& choice);

/// One line of what a user may choose from.
struct AcceleratorOption {
    std::optional<AcceleratorChoice> choice; ///< nothing: whatever the kernel finds by itself
    QString title;                           ///< "NVIDIA H100 80GB HBM3"
    QString note;                            ///< "GPU 1, 74.5 of 80 GiB free"; may be empty
    QString whyNot;                          ///< a sentence where it cannot be chosen; empty where it can
};

/// Everything that the machine has, chosen or not; `now` gives the memory that is free. At least "whatever
/// there is" and the CPU alone.
[[nodiscard]] std::vector<AcceleratorOption> acceleratorOptions(const Hardware& hardware,
                                                                const std::optional<ResourceSample>& now);
/// What to propose for a wish: of the usable GPUs (slices) one whose name has the type, else the one with the
/// most memory. Nothing where the machine has none.
[[nodiscard]] std::optional<AcceleratorChoice> proposalFor(const AcceleratorWish& wish,
                                                           const Hardware& hardware);
/// The title of the option that a choice is; the devices' identifiers where the machine has them no more.
[[nodiscard]] QString nameOf(const AcceleratorChoice& choice, const Hardware& hardware);

} // namespace cahier::runtime
