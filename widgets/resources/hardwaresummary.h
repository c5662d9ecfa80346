// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <widgets/theme/appearance.h>

#include <core/runtime/hardware.h>

#include <QWidget>

#include <vector>

class QFormLayout;
class QLabel;

namespace cahier::widgets {

/// One line of what a machine has.
struct SummaryRow {
    QString label, text;
    QString detail; ///< of the tool tip; may be empty
    bool isProblem = false;
    friend bool operator==(const SummaryRow&, const SummaryRow&) = default;
};

/// What there is to compute with, and what does not work and why. The sample has temperatures and what was
/// lost meanwhile; null where there is none.
[[nodiscard]] std::vector<SummaryRow> summaryOf(const runtime::Hardware& hardware,
                                                const runtime::ResourceSample* sample);

/// Shows a summary as a table of texts that can be selected.
class HardwareSummary : public QWidget {
    Q_OBJECT
public:
    explicit HardwareSummary(const Appearance& appearance, QWidget* parent = nullptr);
    void show(std::vector<SummaryRow> rows);
    [[nodiscard]] const std::vector<SummaryRow>& rows() const { return m_rows; }

private:
    void build();
    void colour();

    const Appearance& m_appearance;
    QFormLayout* m_layout;
    std::vector<QLabel*> m_texts; ///< one for each row
    std::vector<SummaryRow> m_rows;
};

} // namespace cahier::widgets
