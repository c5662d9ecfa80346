// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/outputs/markdownoutput.h>

#include <QClipboard>
#include <QGuiApplication>
#include <QMenu>
#include <QTextDocument>
#include <QVBoxLayout>

#include <nlohmann/json.hpp>

using namespace Qt::StringLiterals;

namespace cahier::widgets {

namespace {

QString textOf(const notebook::Output& output, const QString& mimeType)
{
    const nlohmann::json value = output.value();
    const auto data = value.find("data");
    if (data == value.end() || !data->is_object()) return {};
    const auto text = data->find(mimeType.toStdString());
    return text != data->end() && text->is_string() ? QString::fromStdString(text->get<std::string>())
                                                    : QString();
}

/// LaTeX outputs may come with their delimiters or without.
QString delimited(const QString& latex)
{
    const QString text = latex.trimmed();
    const bool done = text.startsWith(u'$') || text.startsWith("\\("_L1) || text.startsWith("\\["_L1) ||
                      text.contains("\\begin{"_L1);
    return done ? text : u"$$"_s + text + u"$$"_s;
}

class MarkdownOutput : public OutputWidget {
public:
    MarkdownOutput(OutputServices& services, const MarkdownServices& markdown, QWidget* parent)
        : OutputWidget(services, parent), m_view(new MarkdownView(markdown, this))
    {
        m_view->setHint({});
        auto* column = new QVBoxLayout(this);
        column->setContentsMargins(0, 0, 0, 0);
        column->addWidget(m_view);
        connect(m_view, &MarkdownView::heightChanged, this, &OutputWidget::heightChanged);
        connect(m_view, &MarkdownView::linkActivated, this, &OutputWidget::linkActivated);
    }

    bool setOutput(const notebook::Output& output, const QString& mimeType) override
    {
        m_source = textOf(output, mimeType);
        if (m_source.isEmpty()) return false;
        MarkdownInput input;
        input.source = mimeType == "text/latex"_L1 ? delimited(m_source) : m_source;
        m_view->setMarkdown(std::move(input));
        m_view->setAccessibleName(tr("Output: rendered text"));
        return true;
    }

    void clear() override
    {
        m_source.clear();
        m_view->clearMarkdown();
    }

    [[nodiscard]] int heightForWidth(int width) const override { return m_view->heightForWidth(width); }

    void addActions(QMenu& menu, QPoint) override
    {
        menu.addAction(tr("Copy source"), this, [this] { QGuiApplication::clipboard()->setText(m_source); });
    }

    void setMatches(const OutputMatches& matches) override
    {
        RenderedSearch search{matches.expression, m_source, {}, matches.current};
        qsizetype line = 0, start = 0; // of the line
        for (const TextMatch& match : matches.places) {
            for (; line < match.line; ++line)
                start = m_source.indexOf(u'\n', start) + 1;
            search.found.push_back({start + match.start, match.length});
        }
        m_view->setSearch(std::move(search));
    }

    QRect revealMatch() override
    {
        return m_view->currentMatchRect().value_or(m_view->rect()).translated(m_view->pos());
    }

    void copy() override { QGuiApplication::clipboard()->setText(m_view->document()->toPlainText()); }

private:
    MarkdownView* m_view;
    QString m_source;
};

} // namespace

void addMarkdownOutputs(OutputRegistry& registry, const MarkdownServices& services)
{
    for (const QString& type : {u"text/markdown"_s, u"text/latex"_s}) {
        registry.add(type, [services](OutputServices& outputs, QWidget* parent) -> OutputWidget* {
            return new MarkdownOutput(outputs, services, parent);
        });
    }
}

} // namespace cahier::widgets
