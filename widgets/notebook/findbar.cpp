// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/notebook/findbar.h>

#include <widgets/theme/icons.h>

#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QLocale>
#include <QPushButton>
#include <QToolButton>

using namespace Qt::StringLiterals;

namespace cahier::widgets {

FindBar::FindBar(QWidget* parent)
    : QWidget(parent), m_find(new QLineEdit(this)), m_replace(new QLineEdit(this)),
      m_result(new QLabel(this)), m_replaceRow(new QWidget(this))
{
    setAutoFillBackground(true);
    setAccessibleName(tr("Find and replace"));
    m_find->setPlaceholderText(tr("Find in the notebook"));
    m_find->setAccessibleName(tr("Find"));
    m_find->setClearButtonEnabled(true);
    m_replace->setPlaceholderText(tr("Replace with"));
    m_replace->setAccessibleName(tr("Replace with"));
    m_result->setMinimumWidth(fontMetrics().horizontalAdvance(u"10,000 of 10,000"_s));

    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(8, 4, 8, 4);
    column->setSpacing(4);
    auto* row = new QHBoxLayout;
    row->setSpacing(4);
    row->addWidget(m_find, 1);
    m_case = makeToggle(u"match-case"_s, tr("Match case"));
    m_words = makeToggle(u"check"_s, tr("Whole words"));
    m_regex = makeToggle(u"regex"_s, tr("Regular expression"));
    m_selection = makeToggle(u"in-selection"_s, tr("In the selected cells only"));
    m_outputs = makeToggle(u"palette"_s, tr("In outputs, too"));
    QToolButton* previous = makeButton(u"chevron-up"_s, tr("Previous match (Shift+Enter)"));
    QToolButton* next = makeButton(u"chevron-down"_s, tr("Next match (Enter)"));
    QToolButton* close = makeButton(u"close"_s, tr("Close (Esc)"));
    for (QWidget* widget : std::initializer_list<QWidget*>{m_case, m_words, m_regex, m_selection, m_outputs,
                                                           m_result, previous, next, close})
        row->addWidget(widget);
    column->addLayout(row);

    auto* replaceRow = new QHBoxLayout(m_replaceRow);
    replaceRow->setContentsMargins(0, 0, 0, 0);
    replaceRow->setSpacing(4);
    auto* one = new QPushButton(tr("Replace"), m_replaceRow);
    auto* all = new QPushButton(tr("Replace All"), m_replaceRow);
    replaceRow->addWidget(m_replace, 1);
    replaceRow->addWidget(one);
    replaceRow->addWidget(all);
    column->addWidget(m_replaceRow);

    connect(m_find, &QLineEdit::textChanged, this, &FindBar::queryChanged);
    connect(m_find, &QLineEdit::returnPressed, this, &FindBar::nextRequested);
    connect(m_replace, &QLineEdit::returnPressed, this, &FindBar::replaceRequested);
    connect(previous, &QToolButton::clicked, this, &FindBar::previousRequested);
    connect(next, &QToolButton::clicked, this, &FindBar::nextRequested);
    connect(one, &QPushButton::clicked, this, &FindBar::replaceRequested);
    connect(all, &QPushButton::clicked, this, &FindBar::replaceAllRequested);
    connect(close, &QToolButton::clicked, this, &FindBar::closed);
    hide();
}

QToolButton* FindBar::makeButton(const QString& name, const QString& title)
{
    auto* button = new QToolButton(this);
    button->setIcon(icon(name));
    button->setAutoRaise(true);
    button->setToolTip(title);
    button->setAccessibleName(title);
    return button;
}

QToolButton* FindBar::makeToggle(const QString& name, const QString& title)
{
    QToolButton* button = makeButton(name, title);
    button->setCheckable(true);
    connect(button, &QToolButton::toggled, this, &FindBar::queryChanged);
    return button;
}

void FindBar::open(bool replace, const QString& text)
{
    m_replaceRow->setVisible(replace);
    show();
    if (!text.isEmpty()) m_find->setText(text);
    m_find->selectAll();
    m_find->setFocus(Qt::ShortcutFocusReason);
    Q_EMIT queryChanged();
}

SearchQuery FindBar::query() const
{
    return {m_find->text(), m_regex->isChecked(), m_case->isChecked(), m_words->isChecked(),
            m_outputs->isChecked()};
}

QString FindBar::replacement() const
{
    return m_replace->text();
}

bool FindBar::inSelection() const
{
    return m_selection->isChecked();
}

void FindBar::say(const QString& text, bool bad)
{
    QPalette colours = palette();
    if (bad) colours.setColor(QPalette::WindowText, colours.color(QPalette::BrightText));
    m_result->setPalette(colours);
    m_result->setText(text);
}

void FindBar::setResult(qsizetype current, qsizetype count)
{
    const QLocale locale;
    if (m_find->text().isEmpty())
        say({}, false);
    else if (count == 0)
        say(tr("Nothing found"), true);
    else
        say(tr("%1 of %2").arg(locale.toString(current + 1), locale.toString(count)), false);
}

void FindBar::setError(const QString& sentence)
{
    say(sentence, true);
}

void FindBar::keyPressEvent(QKeyEvent* event)
{
    if (event->key() == Qt::Key_Escape) return closed();
    const bool enter = event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter;
    if (enter && event->modifiers() & Qt::ShiftModifier) return previousRequested();
    QWidget::keyPressEvent(event);
}

} // namespace cahier::widgets
