// SPDX-License-Identifier: GPL-3.0-or-later
#include <app/window/kernelmemory.h>

#include <nlohmann/json.hpp>

#include <QStandardPaths>
#include <QStringList>
#include <QUrl>

#include <algorithm>
#include <array>
#include <utility>

using namespace Qt::StringLiterals;

namespace cahier::window {

namespace {

using nlohmann::json;
using runtime::AcceleratorKind;
using runtime::RuntimeChoice;

QString keyOf(QLatin1StringView group, const QString& path)
{
    return group + u'/' + QString::fromLatin1(QUrl::toPercentEncoding(path));
}

constexpr std::array kindNames{
    std::pair{AcceleratorKind::None, "cpu"}, std::pair{AcceleratorKind::Gpu, "gpu"},
    std::pair{AcceleratorKind::MigSlice, "mig"}, std::pair{AcceleratorKind::Tpu, "tpu"}};

json toJson(const RuntimeChoice& choice)
{
    json made = {{"runtime", choice.runtime.toStdString()}, {"kernelspec", choice.spec.name.toStdString()}};
    if (!choice.accelerator) return made;
    const auto name =
        std::ranges::find(kindNames, choice.accelerator->kind, &decltype(kindNames)::value_type::first);
    json devices = json::array();
    for (const QString& device : choice.accelerator->devices)
        devices.push_back(device.toStdString());
    made["accelerator"] = {{"kind", name->second}, {"devices", std::move(devices)}};
    return made;
}

std::optional<runtime::AcceleratorChoice> acceleratorIn(const json& choice)
{
    const auto accelerator = choice.find("accelerator");
    if (accelerator == choice.end()) return std::nullopt;
    const std::string kind = accelerator->value("kind", "");
    for (const auto& [value, name] : kindNames) {
        if (kind != name) continue;
        runtime::AcceleratorChoice found{value, {}};
        for (const std::string& device : accelerator->value("devices", std::vector<std::string>()))
            found.devices += QString::fromStdString(device);
        return found;
    }
    return std::nullopt;
}

QString defaultFile()
{
    return QStandardPaths::writableLocation(QStandardPaths::GenericStateLocation) + u"/cahier/kernels.ini"_s;
}

} // namespace

KernelMemory::KernelMemory(const QString& file) : m_file(file.isEmpty() ? defaultFile() : file) {}

std::optional<KernelMemory::Entry> KernelMemory::find(const QString& notebookPath) const
{
    const QStringList parts = m_file.value(keyOf("kernels"_L1, notebookPath)).toString().split(u' ');
    bool ok = false;
    const quint64 seq = parts.size() >= 2 ? parts[1].toULongLong(&ok) : 0;
    if (!ok || parts[0].isEmpty()) return std::nullopt;
    Entry entry{parts[0], seq};
    if (parts.size() > 2) entry.runtime = parts[2];
    return entry;
}

void KernelMemory::remember(const QString& notebookPath, const Entry& entry)
{
    m_file.setValue(keyOf("kernels"_L1, notebookPath),
                    u"%1 %2 %3"_s.arg(entry.kernelId).arg(entry.lastSeq).arg(entry.runtime));
}

void KernelMemory::forget(const QString& notebookPath)
{
    m_file.remove(keyOf("kernels"_L1, notebookPath));
}

std::optional<RuntimeChoice> KernelMemory::findChoice(const QString& notebookPath) const
{
    const QByteArray text = m_file.value(keyOf("choices"_L1, notebookPath)).toString().toUtf8();
    if (text.isEmpty()) return std::nullopt;
    try {
        const json stored = json::parse(text.begin(), text.end());
        RuntimeChoice choice;
        choice.runtime = QString::fromStdString(stored.at("runtime").get<std::string>());
        choice.spec.name = QString::fromStdString(stored.at("kernelspec").get<std::string>());
        choice.accelerator = acceleratorIn(stored);
        return choice;
    } catch (const json::exception&) { // not what was written: as if it were not there
        return std::nullopt;
    }
}

void KernelMemory::rememberChoice(const QString& notebookPath, const RuntimeChoice& choice)
{
    m_file.setValue(keyOf("choices"_L1, notebookPath), QString::fromStdString(toJson(choice).dump()));
}

} // namespace cahier::window
