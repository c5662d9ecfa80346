// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/panels/noticelist.h>

#include <widgets/theme/icons.h>

#include <QLabel>
#include <QPainter>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace cahier::widgets {

namespace {

constexpr int detailLines = 8;

/// A row with a coloured edge at the left.
class NoticeRow : public QFrame {
public:
    using QFrame::QFrame;
    Notice::Kind kind = Notice::Kind::Info;
    QColor edge, line;

protected:
    void paintEvent(QPaintEvent*) override
    {
        QPainter painter(this);
        painter.fillRect(rect(), palette().color(QPalette::Window));
        painter.fillRect(QRect(0, 0, 4, height()), edge);
        painter.fillRect(QRect(0, height() - 1, width(), 1), line);
    }
};

QString iconOf(Notice::Kind kind)
{
    switch (kind) {
    case Notice::Kind::Info:
        return u"info"_s;
    case Notice::Kind::Warning:
        return u"warning"_s;
    case Notice::Kind::Error:
        return u"error"_s;
    }
    return {};
}

} // namespace

NoticeList::NoticeList(const Appearance& appearance, QWidget* parent)
    : QWidget(parent), m_appearance(appearance), m_layout(new QVBoxLayout(this))
{
    m_layout->setContentsMargins(0, 0, 0, 0);
    m_layout->setSpacing(0);
    setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Maximum);
    connect(&appearance, &Appearance::changed, this, &NoticeList::applyTheme);
    hide();
}

void NoticeList::showNotice(const Notice& notice)
{
    withdraw(notice.topic);
    QFrame* const row = makeRow(notice);
    m_layout->addWidget(row);
    m_rows.insert(notice.topic, row);
    row->show();
    show();
}

void NoticeList::withdraw(const QString& topic)
{
    QFrame* const row = m_rows.take(topic);
    if (!row) return;
    row->hide();
    row->deleteLater(); // one of its buttons may be asking for this
    if (m_rows.isEmpty()) hide();
}

QString NoticeList::sentence(const QString& topic) const
{
    const QFrame* const row = m_rows.value(topic);
    return row ? row->accessibleName() : QString();
}

QFrame* NoticeList::makeRow(const Notice& notice)
{
    auto* const row = new NoticeRow(this);
    row->kind = notice.kind;
    row->setAccessibleName(notice.sentence);
    auto* const column = new QVBoxLayout(row);
    column->setContentsMargins(14, 6, 8, 7);
    auto* const line = new QHBoxLayout;
    line->setSpacing(8);
    auto* const sign = new QLabel(row);
    sign->setPixmap(icon(iconOf(notice.kind)).pixmap(QSize(16, 16), devicePixelRatioF()));
    auto* const text = new QLabel(notice.sentence, row);
    text->setTextFormat(Qt::PlainText);
    text->setWordWrap(true);
    text->setTextInteractionFlags(Qt::TextSelectableByMouse);
    line->addWidget(sign);
    line->addWidget(text, 1);
    column->addLayout(line);
    if (!notice.detail.isEmpty()) addDetail(*row, *column, *line, notice.detail);
    for (const Notice::Way& way : notice.ways) {
        auto* const button = new QPushButton(way.title, row);
        button->setAutoDefault(false);
        line->addWidget(button);
        connect(button, &QPushButton::clicked, this, [this, topic = notice.topic, take = way.take] {
            withdraw(topic);
            if (take) take();
        });
    }
    if (notice.canBeClosed) {
        auto* const close = new QToolButton(row);
        close->setIcon(icon(u"close"_s));
        close->setAutoRaise(true);
        close->setToolTip(tr("Close this notice"));
        close->setAccessibleName(tr("Close this notice"));
        line->addWidget(close);
        connect(close, &QToolButton::clicked, this, [this, topic = notice.topic] { withdraw(topic); });
    }
    paintRow(*row);
    return row;
}

void NoticeList::addDetail(QFrame& row, QVBoxLayout& column, QLayout& line, const QString& detail)
{
    auto* const more = new QToolButton(&row);
    more->setText(tr("Details"));
    more->setCheckable(true);
    more->setAutoRaise(true);
    line.addWidget(more);
    auto* const text = new QPlainTextEdit(detail, &row);
    text->setReadOnly(true);
    text->setAccessibleName(tr("Details"));
    text->setFont(m_appearance.theme().code);
    text->setFrameShape(QFrame::NoFrame);
    text->setLineWrapMode(QPlainTextEdit::NoWrap);
    const auto lines = std::clamp<qsizetype>(detail.count(u'\n') + 1, 1, detailLines);
    text->setFixedHeight(static_cast<int>(lines) * QFontMetrics(text->font()).lineSpacing() + 12);
    text->hide();
    column.addWidget(text);
    connect(more, &QToolButton::toggled, text, &QWidget::setVisible);
}

void NoticeList::paintRow(QFrame& frame) const
{
    auto& row = static_cast<NoticeRow&>(frame);
    const Theme& theme = m_appearance.theme();
    QPalette colours = theme.palette();
    colours.setColor(QPalette::Window, row.kind == Notice::Kind::Error ? theme.errorPage : theme.editor);
    row.setPalette(colours);
    row.edge = row.kind == Notice::Kind::Error     ? theme.error
               : row.kind == Notice::Kind::Warning ? theme.warning
                                                   : theme.accent;
    row.line = theme.border;
}

void NoticeList::applyTheme()
{
    for (QFrame* const row : std::as_const(m_rows))
        paintRow(*row);
}

} // namespace cahier::widgets
