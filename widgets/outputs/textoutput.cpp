// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/outputs/textoutput.h>

#include <core/convert/jsontext.h>
#include <core/text/ansi.h>
#include <widgets/outputs/errorheader.h>
#include <widgets/outputs/savingfiles.h>
#include <widgets/outputs/searchedtext.h>

#include <QLocale>
#include <QMenu>

#include <nlohmann/json.hpp>

using namespace Qt::StringLiterals;

namespace cahier::widgets {

TextOutput::TextOutput(OutputServices& services, QWidget* parent)
    : BoundedOutput(services, parent), m_terminal(new TerminalText(services.appearance, this))
{
    setFocusProxy(m_terminal);
    connect(m_terminal, &TerminalText::contentsChanged, this, [this] { contentsChanged(); });
    connect(m_terminal, &TerminalText::linkActivated, this, &OutputWidget::linkActivated);
    connect(m_terminal, &TerminalText::sourceLineActivated, this, &OutputWidget::sourceLineActivated);
}

bool TextOutput::setOutput(const notebook::Output& output, const QString& mimeType)
{
    beginOutput(output.identity());
    m_output = output;
    const QString type = output.type();
    const bool isErrorStream = type == u"stream" && output.streamName() == u"stderr";
    m_kind = isErrorStream ? TerminalText::Kind::ErrorStream : TerminalText::Kind::Output;
    if (m_header) m_header->hide();
    auto text = std::make_shared<OutputText>();
    if (type == u"error") {
        m_kind = TerminalText::Kind::Traceback;
        showError(output);
    } else {
        setAccessibleName(isErrorStream       ? tr("Error stream output")
                          : type == u"stream" ? tr("Stream output")
                                              : tr("Text output"));
    }
    fill(*text, output, mimeType);
    m_terminal->setAccessibleName(accessibleName());
    m_terminal->setText(std::move(text), m_kind);
    if (m_kind == TerminalText::Kind::Traceback) m_terminal->scrollToEnd();
    restoreScroll();
    return true;
}

void TextOutput::fill(OutputText& text, const notebook::Output& output, const QString& mimeType) const
{
    if (const notebook::StreamText* live = output.liveText())
        text.setLive(*live);
    else if (m_kind == TerminalText::Kind::Traceback)
        text.setText(shownTraceback(output).toUtf8());
    else
        text.setSaved(mimeType.isEmpty() ? output.member("text") : output.mimeJson(mimeType));
}

void TextOutput::showError(const notebook::Output& output)
{
    if (!m_header) m_header = new ErrorHeader(services().appearance, this);
    const nlohmann::json value = output.value();
    const QString name = convert::textMember(value, "ename");
    const QString message = text::plainText(convert::textMember(value, "evalue"));
    m_header->setError(name, message);
    m_header->show();
    setAccessibleName(tr("Error output: %1: %2").arg(name, message.left(200)));
}

bool TextOutput::updateOutput(const notebook::Output& output, const QString& mimeType)
{
    const bool sameStream = m_output && output.liveText() && m_output->liveText() &&
                            m_output->streamName() == output.streamName() &&
                            output.liveText()->startsLike(*m_output->liveText());
    if (!sameStream) return setOutput(output, mimeType);
    m_output = output;
    renameOutput(output.identity());
    m_terminal->text()->setLive(*output.liveText());
    return true;
}

void TextOutput::clear()
{
    endOutput();
    m_output.reset();
    m_terminal->setText(std::make_shared<OutputText>(), TerminalText::Kind::Output);
    if (m_header) m_header->hide();
}

bool TextOutput::isLong(int width) const
{
    return !m_terminal->text()->isComplete() || m_terminal->hasMoreRows(width, rowLimit());
}

int TextOutput::fullHeight(int width) const
{
    return m_terminal->heightForWidth(width);
}

int TextOutput::boundHeight(int /*width*/) const
{
    return m_terminal->heightOfRows(boundRows);
}

QString TextOutput::extent() const
{
    if (!m_terminal->text()->isComplete()) return tr("Counting lines…");
    const qsizetype lines = m_terminal->text()->buffer().logicalLineCount();
    return lines == 1 ? tr("1 line") : tr("%1 lines").arg(QLocale().toString(lines));
}

int TextOutput::topHeight(int width) const
{
    return m_kind == TerminalText::Kind::Traceback && m_header ? m_header->heightForWidth(width) : 0;
}

void TextOutput::layTop(const QRect& place)
{
    if (m_header) m_header->setGeometry(place);
}

qint64 TextOutput::scrollOffset() const
{
    // A stream that is followed is followed again.
    return m_terminal->text()->isLive() && m_terminal->isAtEnd() ? 0 : m_terminal->scrollOffset();
}

QWidget* TextOutput::makeWindowBody(QWidget* parent)
{
    auto* terminal = new TerminalText(services().appearance, parent);
    terminal->setText(m_terminal->text(), m_kind);
    connect(terminal, &TerminalText::linkActivated, this, &OutputWidget::linkActivated);
    connect(terminal, &TerminalText::sourceLineActivated, this, &OutputWidget::sourceLineActivated);
    return terminal;
}

void TextOutput::addActions(QMenu& menu, QPoint position)
{
    for (const TextLink& link : m_terminal->linksAt(m_terminal->mapFrom(this, position))) {
        if (link.executionCount >= 0)
            menu.addAction(tr("Go to Line %1 of Cell [%2]").arg(link.line).arg(link.executionCount), this,
                           [this, link] { Q_EMIT sourceLineActivated(link.executionCount, link.line); });
        else
            menu.addAction(link.url.isLocalFile() ? tr("Open %1").arg(link.url.fileName()) : tr("Open Link"),
                           this, [this, link] { Q_EMIT linkActivated(link.url); });
    }
    if (!menu.isEmpty()) menu.addSeparator();
    BoundedOutput::addActions(menu, position);
    menu.addAction(tr("Select All"), m_terminal, &TerminalText::selectAll);
}

void TextOutput::copy()
{
    if (m_terminal->hasSelection())
        m_terminal->copy();
    else
        m_terminal->copyAll();
}

void TextOutput::save()
{
    const TextBuffer& buffer = m_terminal->text()->buffer();
    saveBytes(this, u"output.txt"_s,
              [text = buffer.text()] { return text::plainText(QString::fromUtf8(text.join())).toUtf8(); });
}

void TextOutput::setMatches(const OutputMatches& matches)
{
    m_terminal->setMatches(matches.places, matches.current);
}

QRect TextOutput::revealMatch()
{
    return m_terminal->revealMatch().translated(m_terminal->pos());
}

} // namespace cahier::widgets
