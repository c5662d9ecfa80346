// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <widgets/outputs/outputwidget.h>

#include <map>
#include <memory>
#include <vector>

QT_BEGIN_NAMESPACE
class QMenu;
class QToolButton;
QT_END_NAMESPACE

namespace cahier::widgets {

/// All outputs of one cell, one under the other. Made for being given other outputs again and again: the
/// widgets inside are reused where their kind fits.
class OutputArea : public QWidget {
    Q_OBJECT
public:
    /// Cells with more outputs show these first and a button for the rest.
    static constexpr int mostOutputs = 100;

    explicit OutputArea(OutputServices& services, QWidget* parent = nullptr);
    ~OutputArea() override;

    /// New contents: nothing of the old ones stays. An empty vector also lets go of all that they held.
    void setOutputs(const std::vector<notebook::Output>& outputs);
    /// Outputs from index `first` on are new, changed or gone; a stream that only grew costs what was added.
    void updateOutputs(const std::vector<notebook::Output>& outputs, int first);

    [[nodiscard]] int heightForWidth(int width) const override;
    [[nodiscard]] bool hasHeightForWidth() const override { return true; }
    /// Stays for all outputs that it shows; what was expanded by hand is bounded again, or the other way
    /// round.
    void setScrolling(OutputScrolling scrolling);
    /// Only a part of one of them is in sight.
    [[nodiscard]] bool isBounded() const;

    /// Marks what a search found, by the output's index, where what was searched is what is shown. Stays,
    /// also for outputs that change or come later, until it is set again.
    void setMatches(std::map<int, OutputMatches> matches);
    /// Brings the output with the current match into being and scrolls inside of it. Returns where the match
    /// is in this widget; empty where no output has it.
    QRect revealMatch();
    /// Where an output is in this widget; empty where it is not shown.
    [[nodiscard]] QRect outputRect(int output) const;
    /// The widget that shows an output, null where none does. For tests.
    [[nodiscard]] OutputWidget* widgetOf(int output) const;

Q_SIGNALS:
    /// heightForWidth() gives something else for the present width; also in the middle of updateOutputs(),
    /// not of setOutputs().
    void heightChanged();
    void linkActivated(const QUrl& url);
    /// Someone follows a traceback to a line (from 1) of the cell that ran with this execution count.
    void sourceLineActivated(int executionCount, int line);
    /// A menu for an output is about to be shown: more may be added to it.
    void contextMenuRequested(QMenu* menu, int output);

protected:
    void resizeEvent(QResizeEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;

private:
    struct Item;
    struct Choice;

    [[nodiscard]] Choice choose(const notebook::Output& output, const QStringList& rejected) const;
    void apply(Item& item, bool isUpdate);
    [[nodiscard]] bool tryWidget(Item& item, const Choice& choice, bool isUpdate);
    void setNote(Item& item, const QString& note);
    void mark(Item& item, int index);
    void retry(OutputWidget* widget);
    [[nodiscard]] OutputWidget* take(const QString& kind);
    void release(OutputWidget*& widget);
    void releaseFrom(size_t index);
    void showRest();
    void updateMore(size_t outputs);
    void arrange();
    void announce();

    OutputServices& m_services;
    std::vector<std::unique_ptr<Item>> m_items;
    std::vector<notebook::Output> m_hidden; ///< behind mostOutputs
    std::map<QString, std::vector<OutputWidget*>> m_idle;
    QToolButton* m_more = nullptr; ///< made when first needed
    size_t m_limit = mostOutputs;
    OutputScrolling m_scrolling = OutputScrolling::Auto;
    std::map<int, OutputMatches> m_matches; ///< by the output's index
    bool m_loading = false;
};

} // namespace cahier::widgets
