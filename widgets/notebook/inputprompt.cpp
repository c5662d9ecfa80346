// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/notebook/inputprompt.h>

#include <widgets/theme/appearance.h>

#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>

namespace cahier::widgets {

InputPrompt::InputPrompt(const Appearance& appearance, QWidget* parent)
    : QWidget(parent), m_prompt(new QLabel(this)), m_field(new QLineEdit(this))
{
    auto* send = new QPushButton(tr("Send"), this);
    send->setToolTip(tr("Give this answer to the running code (Enter)"));
    m_prompt->setTextFormat(Qt::PlainText);
    m_prompt->setFont(appearance.theme().code);
    m_field->setFont(appearance.theme().code);
    m_prompt->setBuddy(m_field);
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(8, 4, 8, 4);
    row->addWidget(m_prompt);
    row->addWidget(m_field, 1);
    row->addWidget(send);
    const auto answer = [this] { Q_EMIT answered(m_field->text()); };
    connect(m_field, &QLineEdit::returnPressed, this, answer);
    connect(send, &QPushButton::clicked, this, answer);
    connect(&appearance, &Appearance::changed, this, [this, &appearance] {
        m_prompt->setFont(appearance.theme().code);
        m_field->setFont(appearance.theme().code);
    });
}

void InputPrompt::ask(const QString& prompt, bool password)
{
    m_prompt->setText(prompt);
    m_prompt->setVisible(!prompt.isEmpty());
    m_field->clear();
    m_field->setEchoMode(password ? QLineEdit::Password : QLineEdit::Normal);
    m_field->setAccessibleName(prompt.isEmpty() ? tr("Input asked for by the running cell") : prompt);
    m_field->setFocus(Qt::OtherFocusReason);
}

} // namespace cahier::widgets
