// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/dialogs/environmentchoices.h>

#include <widgets/dialogs/kernelchoices.h>

#include <QCoreApplication>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace cahier::widgets {

using runtime::Environment;

namespace {

QString tr(const char* text)
{
    return QCoreApplication::translate("EnvironmentChoices", text);
}

/// What people look for first: whether notebooks run there, and with which framework.
QString summary(const Environment& environment)
{
    if (!environment.works()) return environment.interpreter;
    QStringList parts{environment.hasIpykernel() ? tr("ipykernel") : tr("no ipykernel")};
    for (const auto* const name : {"torch", "tensorflow", "jax", "numpy"}) {
        const QString package = QString::fromLatin1(name);
        if (environment.packages.contains(package))
            parts << u"%1 %2"_s.arg(package, environment.packages.value(package));
    }
    return parts.join(u" · "_s);
}

bool fits(const Environment& environment, const QString& filter)
{
    const QStringList words = filter.split(u' ', Qt::SkipEmptyParts);
    const QString text = (QStringList{environmentTitle(environment), environmentKind(environment),
                                      environment.version, environment.interpreter} +
                          environment.packages.keys())
                             .join(u' ');
    return std::ranges::all_of(words,
                               [&](const QString& word) { return text.contains(word, Qt::CaseInsensitive); });
}

} // namespace

QString environmentTitle(const Environment& environment)
{
    if (!environment.name.isEmpty()) return environment.name;
    return environment.prefix == "/usr"_L1 || environment.prefix.isEmpty()
               ? tr("System Python")
               : tr("Python in %1").arg(environment.prefix);
}

QString environmentKind(const Environment& environment)
{
    switch (environment.kind) {
    case Environment::Kind::Venv:
        return tr("virtual environment");
    case Environment::Kind::Conda:
        return tr("conda environment");
    case Environment::Kind::Pyenv:
        return tr("Python of pyenv");
    case Environment::Kind::Uv:
        return tr("Python of uv");
    case Environment::Kind::System:
        break;
    }
    return environment.managed ? tr("the system's, which manages its packages")
                               : tr("installed on the machine");
}

void EnvironmentChoices::show(std::vector<Environment> environments, const QString& current)
{
    m_all = std::move(environments);
    m_current = current;
    apply();
}

void EnvironmentChoices::setFilter(const QString& text)
{
    m_filter = text;
    apply();
}

void EnvironmentChoices::apply()
{
    beginResetModel();
    m_rows.clear();
    for (std::size_t at = 0; at < m_all.size(); ++at)
        if (fits(m_all[at], m_filter)) m_rows.push_back(at);
    endResetModel();
}

const Environment* EnvironmentChoices::at(const QModelIndex& index) const
{
    if (!index.isValid() || !checkIndex(index)) return nullptr;
    return &m_all[m_rows[static_cast<std::size_t>(index.row())]];
}

int EnvironmentChoices::rowOf(const QString& interpreter) const
{
    for (const QString& wanted : {interpreter, m_current}) {
        if (wanted.isEmpty()) continue;
        for (std::size_t row = 0; row < m_rows.size(); ++row)
            if (m_all[m_rows[row]].paths.contains(wanted)) return static_cast<int>(row);
    }
    return m_rows.empty() ? -1 : 0;
}

int EnvironmentChoices::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

QVariant EnvironmentChoices::data(const QModelIndex& index, int role) const
{
    const Environment* const environment = at(index);
    if (!environment) return {};
    const QString note = environment->works() ? environment->version : tr("does not run");
    switch (role) {
    case Qt::DisplayRole:
        return environmentTitle(*environment);
    case Qt::AccessibleTextRole:
        return u"%1, %2, %3"_s.arg(environmentTitle(*environment), note, summary(*environment));
    case Qt::ToolTipRole:
        return environment->interpreter;
    case KernelChoices::DetailRole:
        return summary(*environment);
    case KernelChoices::KindRole:
        return QVariant::fromValue(KernelChoices::Kind::Spec);
    case KernelChoices::NameRole:
        return environment->interpreter;
    case KernelChoices::NoteRole:
        return note;
    case KernelChoices::CurrentRole:
        return !m_current.isEmpty() && environment->paths.contains(m_current);
    default:
        return {};
    }
}

} // namespace cahier::widgets
