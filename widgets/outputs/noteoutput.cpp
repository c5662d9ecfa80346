// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/outputs/noteoutput.h>

#include <core/convert/jsontext.h>
#include <core/convert/mimerank.h>
#include <widgets/outputs/mimetext.h>
#include <widgets/outputs/savingfiles.h>
#include <widgets/theme/icons.h>

#include <QClipboard>
#include <QGuiApplication>
#include <QLabel>
#include <QLocale>
#include <QMenu>
#include <QToolButton>

using namespace Qt::StringLiterals;

namespace cahier::widgets {

namespace {
constexpr int margin = 4;
}

NoteOutput::NoteOutput(OutputServices& services, Purpose purpose, QWidget* parent)
    : OutputWidget(services, parent), m_purpose(purpose), m_label(new QLabel(this))
{
    m_label->setTextFormat(Qt::PlainText);
    m_label->setMargin(0);
    if (purpose == Purpose::File) {
        m_save = new QToolButton(this);
        m_save->setText(tr("Save As…"));
        m_save->setIcon(icon(u"save"_s));
        m_save->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
        m_save->setAutoRaise(true);
        connect(m_save, &QToolButton::clicked, this, &NoteOutput::save);
    }
    NoteOutput::applyTheme();
}

void NoteOutput::applyTheme()
{
    QPalette palette = theme().palette();
    palette.setColor(QPalette::WindowText, theme().muted);
    m_label->setPalette(palette);
    m_label->setFont(theme().interface);
}

bool NoteOutput::setOutput(const notebook::Output& output, const QString& mimeType)
{
    constexpr size_t base64Bytes = 4, plainBytes = 3;
    m_output = output;
    m_mimeType = mimeType;
    const qsizetype size = qsizetype(output.mimeJson(mimeType).text().size());
    if (m_purpose == Purpose::File) {
        const auto bytes =
            isTextType(mimeType) || isJsonType(mimeType) ? size : size / base64Bytes * plainBytes;
        m_label->setText(tr("%1, %2").arg(mimeType, QLocale().formattedDataSize(bytes)));
    } else if (mimeType.isEmpty()) {
        m_label->setText({});
    } else if (convert::needsWebView(mimeType) || mimeType == "text/html"_L1) {
        m_label->setText(tr("%1 needs a script and is not shown here").arg(mimeType));
    } else {
        m_label->setText(tr("%1 cannot be shown here").arg(mimeType));
    }
    setAccessibleName(tr("Output, %1").arg(m_label->text()));
    m_label->setToolTip(m_label->text());
    return true;
}

void NoteOutput::clear()
{
    m_output.reset();
    m_label->clear();
}

int NoteOutput::heightForWidth(int /*width*/) const
{
    if (m_label->text().isEmpty()) return 0;
    const int text = QFontMetrics(theme().interface).height();
    return std::max(text, m_save ? m_save->sizeHint().height() : 0) + 2 * margin;
}

void NoteOutput::resizeEvent(QResizeEvent* /*event*/)
{
    const int button = m_save ? m_save->sizeHint().width() : 0;
    const int text = std::min(m_label->sizeHint().width(), std::max(0, width() - button - 3 * margin));
    m_label->setGeometry(margin, 0, text, height());
    if (m_save) m_save->setGeometry(2 * margin + text, margin, button, std::max(0, height() - 2 * margin));
}

void NoteOutput::addActions(QMenu& menu, QPoint /*position*/)
{
    if (!m_output || m_output->mimeJson(m_mimeType).isEmpty()) return;
    menu.addAction(icon(u"copy"_s), tr("Copy"), this, &NoteOutput::copy);
    menu.addAction(icon(u"save"_s), tr("Save As…"), this, &NoteOutput::save);
}

void NoteOutput::copy()
{
    QGuiApplication::clipboard()->setText(m_label->text());
}

void NoteOutput::save()
{
    if (!m_output) return;
    saveBytes(this, u"output."_s + convert::fileSuffix(m_mimeType),
              [json = m_output->mimeJson(m_mimeType), type = m_mimeType] { return mimeBytes(json, type); });
}

} // namespace cahier::widgets
