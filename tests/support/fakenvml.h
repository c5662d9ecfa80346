// SPDX-License-Identifier: GPL-3.0-or-later
// The world that the fake libnvidia-ml.so.1 plays; see fakenvml.cpp.
#pragma once

#include <QString>

#include <nlohmann/json.hpp>

namespace cahier::test {

/// Folders with the fake library under its real name: of a driver of now, and of an old one.
[[nodiscard]] QString fakeNvmlFolder();
[[nodiscard]] QString oldFakeNvmlFolder();

/// The JSON file that the fake library reads. The variable $CAHIER_FAKE_NVML names it.
class FakeNvmlWorld {
public:
    explicit FakeNvmlWorld(QString path) : m_path(std::move(path)) {}

    nlohmann::json json = nlohmann::json::object();
    [[nodiscard]] const QString& path() const { return m_path; }
    /// Makes the library see `json`, also one that is loaded already.
    void write() const;
    /// write(), and hosts that this process starts from now on have the library of now.
    void play() const;

private:
    QString m_path;
};

/// Two GPUs: one with processes, one with MIG slices.
[[nodiscard]] nlohmann::json twoGpus();

} // namespace cahier::test
