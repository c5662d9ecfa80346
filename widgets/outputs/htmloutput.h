// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <widgets/markdown/renderedmatches.h>
#include <widgets/outputs/boundedoutput.h>
#include <widgets/outputs/htmlsafe.h>
#include <widgets/outputs/htmltable.h>

#include <optional>

QT_BEGIN_NAMESPACE
class QLabel;
QT_END_NAMESPACE

namespace cahier::widgets {

class SafeBrowser;
class TableView;

/// text/html: a table as a table, other simple HTML as a text document.
class HtmlOutput : public BoundedOutput {
    Q_OBJECT
public:
    explicit HtmlOutput(OutputServices& services, QWidget* parent = nullptr);

    [[nodiscard]] bool setOutput(const notebook::Output& output, const QString& mimeType) override;
    void clear() override;
    void addActions(QMenu& menu, QPoint position) override;
    void copy() override;
    void setMatches(const OutputMatches& matches) override;
    QRect revealMatch() override;
    /// Null where the output is not shown as one.
    [[nodiscard]] TableView* table() const { return m_shows == Shows::Table ? m_table : nullptr; }
    [[nodiscard]] SafeBrowser* browser() const { return m_shows == Shows::Document ? m_browser : nullptr; }

protected:
    void applyTheme() override;
    [[nodiscard]] bool isLong(int width) const override;
    [[nodiscard]] int fullHeight(int width) const override;
    [[nodiscard]] int boundHeight(int width) const override;
    [[nodiscard]] QString extent() const override;
    [[nodiscard]] QString footnote() const override;
    [[nodiscard]] QWidget* body() const override { return m_body; }
    [[nodiscard]] QWidget* makeWindowBody(QWidget* parent) override;
    void copyAll() override;
    void save() override;

private:
    enum class Shows { Nothing, Table, Document };
    /// What a worker made of the HTML: one of them.
    struct Reading {
        std::optional<HtmlTable> table;
        SafeHtml document;
    };

    [[nodiscard]] static Reading read(const QByteArray& html, const QColor& page);
    [[nodiscard]] bool take(Reading& reading);
    void showTable(std::shared_ptr<const HtmlTable> table);
    void showDocument(const QString& html);
    void readRest();
    void mark();

    std::optional<notebook::Output> m_output;
    QString m_mimeType;
    Shows m_shows = Shows::Nothing;
    bool m_complete = true;
    OutputMatches m_matches; ///< kept for what is still being read
    RenderedMatches m_marks; ///< in the document
    quint64 m_generation = 0;
    QWidget* m_body;
    TableView* m_table = nullptr;     ///< made for the first table
    SafeBrowser* m_browser = nullptr; ///< made for the first document
};

} // namespace cahier::widgets
