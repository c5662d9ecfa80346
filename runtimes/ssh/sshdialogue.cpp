// SPDX-License-Identifier: GPL-3.0-or-later
#include <runtimes/ssh/sshdialogue.h>

#include <cstring>

#include <sys/eventfd.h>
#include <unistd.h>

namespace cahier::runtimes {

SshDialogue::SshDialogue() : m_wakeFd(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

SshDialogue::~SshDialogue()
{
    for (Answer& answer : m_answers)
        if (answer.value) ::explicit_bzero(answer.value->data(), answer.value->size());
    ::close(m_wakeFd);
}

void SshDialogue::answer(quint64 id, const std::optional<QString>& value)
{
    {
        const std::lock_guard lock(m_mutex);
        const auto question = m_open.find(id);
        if (question == m_open.end() || question->second) return;
        question->second = true;
        m_answers.push_back({id, value.transform(&QString::toStdString)});
    }
    wake();
}

quint64 SshDialogue::ask(runtime::AuthenticationQuestion question)
{
    question.id = m_nextId++;
    {
        const std::lock_guard lock(m_mutex);
        m_open.emplace(question.id, false);
    }
    QMetaObject::invokeMethod(this, [this, question] { Q_EMIT asked(question); }, Qt::QueuedConnection);
    return question.id;
}

void SshDialogue::withdraw(quint64 id)
{
    {
        const std::lock_guard lock(m_mutex);
        if (m_open.erase(id) == 0) return;
        std::erase_if(m_answers, [&](const Answer& answer) { return answer.id == id; });
    }
    QMetaObject::invokeMethod(this, [this, id] { Q_EMIT withdrawn(id); }, Qt::QueuedConnection);
}

void SshDialogue::report(qint64 done, qint64 total)
{
    QMetaObject::invokeMethod(
        this, [this, done, total] { Q_EMIT progressed(done, total); }, Qt::QueuedConnection);
}

std::optional<SshDialogue::Answer> SshDialogue::takeAnswer()
{
    const std::lock_guard lock(m_mutex);
    if (m_answers.empty()) return std::nullopt;
    Answer answer = std::move(m_answers.front());
    m_answers.erase(m_answers.begin());
    m_open.erase(answer.id);
    return answer;
}

void SshDialogue::wake() const
{
    const std::uint64_t one = 1;
    [[maybe_unused]] const ssize_t size = ::write(m_wakeFd, &one, sizeof one);
}

void SshDialogue::clearWake() const
{
    std::uint64_t count = 0;
    [[maybe_unused]] const ssize_t size = ::read(m_wakeFd, &count, sizeof count);
}

} // namespace cahier::runtimes
