// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <widgets/outputs/boundedoutput.h>
#include <widgets/outputs/terminaltext.h>

#include <optional>

namespace cahier::widgets {

class ErrorHeader;

/// Streams, errors and text/plain.
class TextOutput : public BoundedOutput {
    Q_OBJECT
public:
    explicit TextOutput(OutputServices& services, QWidget* parent = nullptr);

    [[nodiscard]] bool setOutput(const notebook::Output& output, const QString& mimeType) override;
    [[nodiscard]] bool updateOutput(const notebook::Output& output, const QString& mimeType) override;
    void clear() override;
    void addActions(QMenu& menu, QPoint position) override;
    void copy() override;
    void setMatches(const OutputMatches& matches) override;
    QRect revealMatch() override;
    [[nodiscard]] TerminalText& terminal() const { return *m_terminal; }

protected:
    [[nodiscard]] bool isLong(int width) const override;
    [[nodiscard]] int fullHeight(int width) const override;
    [[nodiscard]] int boundHeight(int width) const override;
    [[nodiscard]] QString extent() const override;
    [[nodiscard]] QWidget* body() const override { return m_terminal; }
    [[nodiscard]] int topHeight(int width) const override;
    void layTop(const QRect& place) override;
    [[nodiscard]] QWidget* makeWindowBody(QWidget* parent) override;
    void copyAll() override { m_terminal->copyAll(); }
    void save() override;
    [[nodiscard]] qint64 scrollOffset() const override;
    void setScrollOffset(qint64 offset) override { m_terminal->setScrollOffset(offset); }

private:
    void showError(const notebook::Output& output);
    void fill(OutputText& text, const notebook::Output& output, const QString& mimeType) const;

    TerminalText* m_terminal;
    ErrorHeader* m_header = nullptr; ///< made for the first error
    TerminalText::Kind m_kind = TerminalText::Kind::Output;
    std::optional<notebook::Output> m_output;
};

} // namespace cahier::widgets
