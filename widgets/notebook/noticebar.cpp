// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/notebook/noticebar.h>

#include <widgets/theme/icons.h>

#include <QFrame>
#include <QHBoxLayout>
#include <QLabel>
#include <QToolButton>

using namespace Qt::StringLiterals;

namespace cahier::widgets {

NoticeBar::NoticeBar(QWidget* parent) : QWidget(parent), m_column(new QVBoxLayout(this))
{
    m_column->setContentsMargins(0, 0, 0, 0);
    m_column->setSpacing(0);
    setAccessibleName(tr("Notices"));
    hide();
}

QWidget* NoticeBar::find(const QString& sentence) const
{
    for (QWidget* notice : findChildren<QWidget*>(Qt::FindDirectChildrenOnly))
        if (notice->accessibleName() == sentence && !notice->isHidden()) return notice;
    return nullptr;
}

QStringList NoticeBar::sentences() const
{
    QStringList sentences;
    for (const QWidget* notice : findChildren<QWidget*>(Qt::FindDirectChildrenOnly))
        if (!notice->isHidden()) sentences += notice->accessibleName();
    return sentences;
}

void NoticeBar::add(const QString& sentence, const QList<QAction*>& ways)
{
    remove(sentence);
    auto* notice = new QFrame(this);
    notice->setFrameShape(QFrame::StyledPanel);
    notice->setAutoFillBackground(true);
    notice->setBackgroundRole(QPalette::AlternateBase);
    notice->setAccessibleName(sentence);
    auto* row = new QHBoxLayout(notice);
    row->setContentsMargins(12, 6, 6, 6);
    auto* mark = new QLabel(notice);
    mark->setPixmap(icon(u"info"_s).pixmap(QSize(16, 16), devicePixelRatioF()));
    row->addWidget(mark, 0, Qt::AlignTop);
    auto* text = new QLabel(sentence, notice);
    text->setTextFormat(Qt::PlainText);
    text->setWordWrap(true);
    text->setTextInteractionFlags(Qt::TextSelectableByMouse);
    row->addWidget(text, 1);
    const auto addButton = [&](QToolButton* button) {
        button->setFocusPolicy(Qt::TabFocus);
        connect(button, &QToolButton::clicked, this, [this, notice] { drop(notice); });
        row->addWidget(button, 0, Qt::AlignTop);
    };
    for (QAction* way : ways) {
        auto* button = new QToolButton(notice);
        button->setText(way->text());
        button->setToolTip(way->toolTip());
        if (!way->parent()) way->setParent(notice);
        connect(button, &QToolButton::clicked, way, &QAction::trigger);
        addButton(button);
    }
    auto* close = new QToolButton(notice);
    close->setIcon(icon(u"close"_s));
    close->setAutoRaise(true);
    close->setToolTip(tr("Close this notice"));
    close->setAccessibleName(tr("Close this notice"));
    addButton(close);
    m_column->addWidget(notice);
    show();
}

void NoticeBar::remove(const QString& sentence)
{
    if (QWidget* notice = find(sentence)) drop(notice);
}

void NoticeBar::drop(QWidget* notice)
{
    notice->hide();
    notice->deleteLater();
    setVisible(!sentences().isEmpty());
}

} // namespace cahier::widgets
