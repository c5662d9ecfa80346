// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <widgets/outputs/boundedoutput.h>
#include <widgets/outputs/jsontree.h>

#include <optional>

namespace cahier::widgets {

/// application/json and what ends in +json.
class JsonOutput : public BoundedOutput {
    Q_OBJECT
public:
    explicit JsonOutput(OutputServices& services, QWidget* parent = nullptr);

    [[nodiscard]] bool setOutput(const notebook::Output& output, const QString& mimeType) override;
    void clear() override;
    void copy() override;
    [[nodiscard]] JsonTree& tree() const { return *m_tree; }

protected:
    [[nodiscard]] bool isLong(int width) const override;
    [[nodiscard]] int fullHeight(int width) const override;
    [[nodiscard]] int boundHeight(int width) const override;
    [[nodiscard]] QString extent() const override { return {}; }
    [[nodiscard]] QWidget* body() const override { return m_tree; }
    [[nodiscard]] QWidget* makeWindowBody(QWidget* parent) override;
    void copyAll() override;
    void save() override;

private:
    JsonTree* m_tree;
    std::optional<notebook::Output> m_output;
    QString m_mimeType;
    quint64 m_generation = 0;
};

} // namespace cahier::widgets
