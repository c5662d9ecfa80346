// SPDX-License-Identifier: GPL-3.0-or-later
#include <app/console/terminalquestions.h>

#include <algorithm>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

namespace cahier::console {

TerminalQuestions::TerminalQuestions() : m_terminal(::open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY))
{
    if (m_terminal < 0) return;
    m_input = std::make_unique<TerminalInput>(m_terminal);
    connect(m_input.get(), &TerminalInput::answered, this, &TerminalQuestions::finish);
    connect(m_input.get(), &TerminalInput::ended, this, [this] { finish({}); });
}

TerminalQuestions::~TerminalQuestions()
{
    m_input.reset();
    if (m_terminal >= 0) ::close(m_terminal);
}

void TerminalQuestions::ask(Question question)
{
    m_waiting.push_back(std::move(question));
    if (!m_asking) askNext();
}

void TerminalQuestions::tell(const QString& text)
{
    Q_EMIT speaking();
    if (m_input) m_input->print(text + u'\n');
}

void TerminalQuestions::withdraw(quint64 id)
{
    const auto found = std::ranges::find(m_waiting, id, &Question::id);
    if (found == m_waiting.end()) return;
    const bool isAsked = m_asking && found == m_waiting.begin();
    m_waiting.erase(found);
    if (!isAsked) return;
    m_asking = false;
    m_input->withdraw();
    m_input->print(QStringLiteral("\n"));
    askNext();
}

void TerminalQuestions::askNext()
{
    if (m_waiting.empty()) return;
    m_asking = true;
    Q_EMIT speaking();
    m_input->ask(m_waiting.front().prompt, m_waiting.front().hidden);
}

void TerminalQuestions::finish(const std::optional<QString>& answer)
{
    const Question question = std::move(m_waiting.front());
    m_waiting.pop_front();
    m_asking = false;
    if (!answer) m_input->print(QStringLiteral("\n"));
    question.answer(answer);
    if (!m_asking) askNext();
}

} // namespace cahier::console
