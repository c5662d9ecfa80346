// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <core/notebook/cell.h>
#include <widgets/outputs/outputservices.h>
#include <widgets/outputs/textmatch.h>

#include <QUrl>
#include <QWidget>

QT_BEGIN_NAMESPACE
class QMenu;
QT_END_NAMESPACE

namespace cahier::widgets {

/// How much of its long outputs a cell shows: nbformat's metadata.scrolled.
enum class OutputScrolling {
    Auto,    ///< very long ones are bounded
    Bounded, ///< so are those that are just long
    Whole,
};

/// Shows one representation of one output. Reused for output after output: setOutput() must leave nothing of
/// the one before, and do on the window's thread only what is short.
class OutputWidget : public QWidget {
    Q_OBJECT
public:
    explicit OutputWidget(OutputServices& services, QWidget* parent = nullptr);

    /// Shows data[mimeType] of the output, or all of it where the type is empty (streams and errors). False
    /// where it cannot be shown in this way: another representation is then chosen.
    [[nodiscard]] virtual bool setOutput(const notebook::Output& output, const QString& mimeType) = 0;
    /// The output that is shown has changed, maybe only grown.
    [[nodiscard]] virtual bool updateOutput(const notebook::Output& output, const QString& mimeType);
    /// Lets go of what the output holds, before the widget waits for its next one.
    virtual void clear() = 0;
    /// The height this widget wants; known or estimated as soon as setOutput() returned.
    [[nodiscard]] int heightForWidth(int width) const override = 0;
    [[nodiscard]] bool hasHeightForWidth() const override { return true; }

    /// Stays for all outputs that it shows. Nothing where an output is never bounded.
    virtual void setScrolling(OutputScrolling scrolling);

    /// Adds what can be done with the output; `position` is in this widget's coordinates.
    virtual void addActions(QMenu& menu, QPoint position);
    virtual void copy() = 0;
    /// Marks what a search found in the representation that is shown; kept until the next setOutput().
    /// Nothing where text cannot be marked.
    virtual void setMatches(const OutputMatches& matches);
    /// Scrolls inside so that the current match is in sight. Returns where it is; all of the widget where
    /// that is not known.
    virtual QRect revealMatch();

Q_SIGNALS:
    void heightChanged();
    /// It turned out later that the output cannot be shown in this way.
    void failed();
    void linkActivated(const QUrl& url);
    void sourceLineActivated(int executionCount, int line);

protected:
    [[nodiscard]] OutputServices& services() const { return m_services; }
    [[nodiscard]] const Theme& theme() const { return m_services.appearance.theme(); }
    /// Called now and whenever the theme changes.
    virtual void applyTheme() {}

private:
    OutputServices& m_services;
};

} // namespace cahier::widgets
