// SPDX-License-Identifier: GPL-3.0-or-later
#include <app/window/failedpage.h>

#include <app/window/background.h>
#include <widgets/theme/icons.h>

#include <QFile>
#include <QLabel>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

namespace cahier::window {

namespace {

constexpr qint64 maxTextShown = 1024 * 1024;

struct FileText {
    QString text;
    QString note;
};

FileText readText(const QString& path)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly)) return {{}, file.errorString()};
    const QString text = QString::fromUtf8(file.read(maxTextShown));
    const bool whole = file.atEnd();
    return {text, whole ? QString() : FailedPage::tr("Only the first MiB is shown.")};
}

} // namespace

FailedPage::FailedPage(const QString& path, const Error& error, const widgets::Appearance& appearance,
                       QWidget* parent)
    : QWidget(parent), m_path(path), m_appearance(appearance), m_text(new QPlainTextEdit(this)),
      m_note(new QLabel(this))
{
    setAutoFillBackground(true);
    auto* const sign = new QLabel(this);
    sign->setPixmap(widgets::icon(u"warning"_s).pixmap(QSize(32, 32), devicePixelRatioF()));
    auto* const title = new QLabel(tr("The notebook could not be opened"), this);
    QFont large = title->font();
    large.setPointSizeF(large.pointSizeF() * 1.4);
    title->setFont(large);
    auto* const sentence = new QLabel(error.message, this);
    sentence->setTextFormat(Qt::PlainText);
    sentence->setWordWrap(true);
    sentence->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    auto* const detail = new QLabel(error.detail, this);
    detail->setTextFormat(Qt::PlainText);
    detail->setWordWrap(true);
    detail->setForegroundRole(QPalette::PlaceholderText);
    detail->setVisible(!error.detail.isEmpty());

    auto* const again = new QPushButton(tr("Try again"), this);
    auto* const locate = new QPushButton(tr("Locate…"), this);
    auto* const text = new QPushButton(tr("Show as text"), this);
    text->setVisible(error.code != ErrorCode::NotFound && error.code != ErrorCode::NotAFile);
    locate->setVisible(error.code == ErrorCode::NotFound);
    connect(again, &QPushButton::clicked, this, &FailedPage::retryRequested);
    connect(locate, &QPushButton::clicked, this, &FailedPage::locateRequested);
    connect(text, &QPushButton::clicked, this, &FailedPage::showAsText);
    auto* const ways = new QHBoxLayout;
    for (QPushButton* const button : {again, locate, text})
        ways->addWidget(button);
    ways->addStretch();

    m_text->setReadOnly(true);
    m_text->setAccessibleName(tr("The file's text"));
    m_text->setLineWrapMode(QPlainTextEdit::NoWrap);
    m_text->hide();
    m_note->hide();
    auto* const layout = new QVBoxLayout(this);
    layout->setContentsMargins(72, 48, 72, 24);
    layout->setSpacing(10);
    for (QWidget* const part : std::initializer_list<QWidget*>{sign, title, sentence, detail})
        layout->addWidget(part);
    layout->addLayout(ways);
    layout->addWidget(m_text, 1);
    layout->addWidget(m_note);
    layout->addStretch();
    connect(&appearance, &widgets::Appearance::changed, this, &FailedPage::applyTheme);
    applyTheme();
}

void FailedPage::showAsText()
{
    inBackground(
        this, [path = m_path] { return readText(path); },
        [this](const FileText& file) {
            m_text->setPlainText(file.text);
            m_text->show();
            m_note->setText(file.note);
            m_note->setVisible(!file.note.isEmpty());
        });
}

void FailedPage::applyTheme()
{
    QPalette colours = m_appearance.theme().palette();
    colours.setColor(QPalette::Window, m_appearance.theme().page);
    setPalette(colours);
    m_text->setFont(m_appearance.theme().code);
}

} // namespace cahier::window
