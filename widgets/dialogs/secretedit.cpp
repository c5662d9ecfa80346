// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/dialogs/secretedit.h>

#include <widgets/theme/icons.h>

#include <QHBoxLayout>
#include <QLineEdit>
#include <QToolButton>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace cahier::widgets {

SecretEdit::SecretEdit(QWidget* parent)
    : QWidget(parent), m_line(new QLineEdit(this)), m_show(new QToolButton(this))
{
    m_show->setCheckable(true);
    m_show->setAutoRaise(true);
    m_show->setFocusPolicy(Qt::TabFocus);
    auto* const row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(4);
    row->addWidget(m_line, 1);
    row->addWidget(m_show);
    setFocusProxy(m_line);
    connect(m_show, &QToolButton::toggled, this, &SecretEdit::setShown);
    connect(m_line, &QLineEdit::textChanged, this, &SecretEdit::edited);
    setName(tr("Password"));
}

void SecretEdit::setName(const QString& name)
{
    m_name = name;
    m_line->setAccessibleName(name);
    setShown(m_show->isChecked());
}

void SecretEdit::setPlaceholder(const QString& text)
{
    m_line->setPlaceholderText(text);
}

void SecretEdit::setIsSecret(bool isSecret)
{
    m_show->setVisible(isSecret);
    m_show->setChecked(!isSecret);
}

void SecretEdit::setShown(bool shown)
{
    m_line->setEchoMode(shown ? QLineEdit::Normal : QLineEdit::Password);
    // Shown or not: no keyboard learns it.
    m_line->setInputMethodHints(m_line->inputMethodHints() | Qt::ImhSensitiveData | Qt::ImhNoPredictiveText |
                                Qt::ImhNoAutoUppercase);
    const QString text = shown ? tr("Hide: %1").arg(m_name) : tr("Show: %1").arg(m_name);
    m_show->setIcon(icon(shown ? u"eye-off"_s : u"eye"_s));
    m_show->setToolTip(text);
    m_show->setAccessibleName(text);
}

bool SecretEdit::isEmpty() const
{
    return m_line->text().isEmpty();
}

void SecretEdit::setSecret(const QString& secret)
{
    m_line->setText(secret);
}

QString SecretEdit::take()
{
    QString secret = m_line->text();
    // Unlike clear(), this forgets the steps to undo.
    m_line->setText({});
    if (m_show->isVisibleTo(this)) m_show->setChecked(false);
    return secret;
}

void wipe(QString& secret)
{
    if (secret.isDetached()) std::ranges::fill(secret, QChar(u'\0'));
    secret = QString();
}

} // namespace cahier::widgets
