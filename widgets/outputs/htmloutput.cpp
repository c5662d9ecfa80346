// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/outputs/htmloutput.h>

#include <widgets/outputs/background.h>
#include <widgets/outputs/mimetext.h>
#include <widgets/outputs/safebrowser.h>
#include <widgets/outputs/savingfiles.h>
#include <widgets/outputs/tableview.h>
#include <widgets/theme/icons.h>

#include <QClipboard>
#include <QGuiApplication>
#include <QLocale>
#include <QMenu>
#include <QScrollBar>

using namespace Qt::StringLiterals;

namespace cahier::widgets {

namespace {
constexpr size_t atOnce = 24 * 1024;
constexpr int documentLines = 32; ///< the height that a long document is bounded to
} // namespace

HtmlOutput::HtmlOutput(OutputServices& services, QWidget* parent)
    : BoundedOutput(services, parent), m_body(new QWidget(this))
{
}

HtmlOutput::Reading HtmlOutput::read(const QByteArray& html, const QColor& page)
{
    const QString text = QString::fromUtf8(html);
    Reading reading{readTable(text, true), {}};
    if (!reading.table) reading.document = safeHtml(text, page);
    return reading;
}

bool HtmlOutput::setOutput(const notebook::Output& output, const QString& mimeType)
{
    clear();
    beginOutput(output.identity());
    m_output = output;
    m_mimeType = mimeType;
    const notebook::RawJson json = output.mimeJson(mimeType);
    const QByteArray beginning = mimeUtf8(json, atOnce);
    if (size_t(beginning.size()) < atOnce) {
        Reading reading = read(beginning, theme().page);
        return take(reading);
    }
    m_complete = false;
    // The first rows of a long table are there at once; what else it is turns out later.
    if (auto table = readTable(QString::fromUtf8(beginning), false))
        showTable(std::make_shared<const HtmlTable>(std::move(*table)));
    else
        setAccessibleName(tr("Output, HTML"));
    readRest();
    return true;
}

void HtmlOutput::readRest()
{
    runInBackground(
        this,
        [json = m_output->mimeJson(m_mimeType), type = m_mimeType, page = theme().page] {
            return read(mimeUtf8(json), page);
        },
        [this, generation = m_generation](const std::shared_ptr<Reading>& reading) {
            if (generation != m_generation) return;
            m_complete = true;
            if (!take(*reading)) Q_EMIT failed();
        });
}

bool HtmlOutput::take(Reading& reading)
{
    if (reading.table) {
        showTable(std::make_shared<const HtmlTable>(std::move(*reading.table)));
        return true;
    }
    if (reading.document.isEmpty || reading.document.isTooComplex) return false;
    showDocument(reading.document.html);
    return true;
}

void HtmlOutput::showTable(std::shared_ptr<const HtmlTable> table)
{
    if (!m_table) m_table = new TableView(services().appearance, this);
    if (m_browser) m_browser->hide();
    m_shows = Shows::Table;
    m_body = m_table;
    const QLocale locale;
    setAccessibleName(
        tr("Output, table with %1 rows and %2 columns")
            .arg(locale.toString(qulonglong(table->rows.size())), locale.toString(table->valueColumns())));
    m_table->setAccessibleName(accessibleName());
    m_table->setTable(std::move(table));
    mark();
    m_table->show();
    setFocusProxy(m_table);
    contentsChanged();
}

void HtmlOutput::showDocument(const QString& html)
{
    if (!m_browser) {
        m_browser = new SafeBrowser(services().appearance, this);
        connect(m_browser, &QTextBrowser::anchorClicked, this, [this](const QUrl& url) {
            if (isSafeLink(url.toString())) Q_EMIT linkActivated(url);
        });
    }
    if (m_table) m_table->hide();
    m_shows = Shows::Document;
    m_body = m_browser;
    m_browser->setSafeHtml(html);
    mark();
    setAccessibleName(tr("Output, HTML"));
    m_browser->setAccessibleName(accessibleName());
    m_browser->show();
    setFocusProxy(m_browser);
    contentsChanged();
}

void HtmlOutput::clear()
{
    endOutput();
    ++m_generation;
    m_output.reset();
    m_complete = true;
    m_matches = {};
    m_marks = {};
    m_shows = Shows::Nothing;
    if (m_table) {
        m_table->setTable(nullptr);
        m_table->hide();
    }
    if (m_browser) {
        m_browser->setSafeHtml({});
        m_browser->hide();
    }
}

void HtmlOutput::applyTheme()
{
    // Which colours can be read depends on the page.
    if (m_shows != Shows::Document || !m_output || !m_complete) return;
    ++m_generation;
    readRest();
}

bool HtmlOutput::isLong(int width) const
{
    if (m_shows == Shows::Table) return !m_complete || m_table->table()->rows.size() > size_t(rowLimit());
    if (m_shows == Shows::Document)
        return m_browser->heightOfAll(width) >
               documentLines * m_browser->lineHeight() * rowLimit() / boundRows;
    return false;
}

int HtmlOutput::fullHeight(int width) const
{
    if (m_shows == Shows::Table) return m_table->heightOfRows(std::numeric_limits<int>::max(), width);
    if (m_shows == Shows::Document) return m_browser->heightOfAll(width);
    return boundHeight(width); // still being read
}

int HtmlOutput::boundHeight(int width) const
{
    constexpr int guessedRows = 12;
    const int line = QFontMetrics(theme().interface).lineSpacing();
    if (m_shows == Shows::Table) return m_table->heightOfRows(boundRows, width);
    return m_shows == Shows::Document ? documentLines * m_browser->lineHeight() : guessedRows * line;
}

QString HtmlOutput::extent() const
{
    if (m_shows != Shows::Table) return {};
    if (!m_complete) return tr("Reading the table…");
    const HtmlTable& table = *m_table->table();
    if (!table.caption.isEmpty()) return table.caption;
    return tr("%1 rows × %2 columns")
        .arg(QLocale().toString(qulonglong(table.rows.size())), QLocale().toString(table.valueColumns()));
}

QString HtmlOutput::footnote() const
{
    return m_shows == Shows::Table && m_complete ? m_table->table()->caption : QString();
}

QWidget* HtmlOutput::makeWindowBody(QWidget* parent)
{
    if (m_shows == Shows::Table) {
        auto* view = new TableView(services().appearance, parent);
        view->setTable(m_table->table());
        return view;
    }
    auto* view = new SafeBrowser(services().appearance, parent);
    if (m_shows == Shows::Document) view->setHtml(m_browser->toHtml());
    connect(view, &QTextBrowser::anchorClicked, this, [this](const QUrl& url) {
        if (isSafeLink(url.toString())) Q_EMIT linkActivated(url);
    });
    return view;
}

void HtmlOutput::addActions(QMenu& menu, QPoint position)
{
    if (m_shows == Shows::Table && m_table->hasSelection())
        menu.addAction(icon(u"copy"_s), tr("Copy Selected Cells"), m_table, &TableView::copySelection);
    BoundedOutput::addActions(menu, position);
}

void HtmlOutput::copy()
{
    if (m_shows == Shows::Table && m_table->hasSelection())
        m_table->copySelection();
    else if (m_shows == Shows::Document && m_browser->textCursor().hasSelection())
        m_browser->copy();
    else
        copyAll();
}

void HtmlOutput::copyAll()
{
    if (m_shows == Shows::Document) {
        QGuiApplication::clipboard()->setText(m_browser->toPlainText());
    } else if (m_shows == Shows::Table) {
        runInBackground(
            QGuiApplication::clipboard(), [table = m_table->table()] { return table->toTsv(); },
            [](const std::shared_ptr<QString>& text) { QGuiApplication::clipboard()->setText(*text); });
    }
}

void HtmlOutput::setMatches(const OutputMatches& matches)
{
    m_matches = matches;
    mark();
}

void HtmlOutput::mark()
{
    if (m_shows == Shows::Table) m_table->setMatches(m_matches.places, m_matches.current);
    if (m_shows != Shows::Document) return;
    m_marks = {};
    if (!m_matches.places.empty()) {
        const QString text = m_browser->toPlainText();
        m_marks.ranges = rangesIn(text, m_matches.expression);
        // Only how many there are is told: what was searched is not the HTML's source.
        const RenderedSearch search{m_matches.expression, QString(text.size(), u' '),
                                    std::vector<TextRange>(m_matches.places.size()), m_matches.current};
        m_marks.current = renderedCurrent(search, text, m_marks.ranges);
    }
    markMatches(*m_browser, m_marks, theme());
}

QRect HtmlOutput::revealMatch()
{
    if (m_shows == Shows::Table) return m_table->revealMatch().translated(m_table->pos());
    if (m_shows != Shows::Document || m_marks.current < 0) return rect();
    const TextRange& range = m_marks.ranges[size_t(m_marks.current)];
    QScrollBar* bar = m_browser->verticalScrollBar();
    const QRect place = rectOf(*m_browser, range);
    if (!m_browser->viewport()->rect().contains(place))
        bar->setValue(bar->value() + place.top() - m_browser->viewport()->height() / 3);
    return rectOf(*m_browser, range).translated(m_browser->pos());
}

void HtmlOutput::save()
{
    if (m_shows == Shows::Table)
        saveBytes(this, u"table.csv"_s, [table = m_table->table()] { return table->toCsv().toUtf8(); });
    else if (m_output)
        saveBytes(this, u"output.html"_s, [json = m_output->mimeJson(m_mimeType)] { return mimeUtf8(json); });
}

} // namespace cahier::widgets
