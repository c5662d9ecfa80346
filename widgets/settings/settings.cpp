// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/settings/settings.h>

#include <QStandardPaths>

#include <algorithm>
#include <cmath>

using namespace Qt::StringLiterals;

namespace cahier::widgets {

namespace {

constexpr int maxRecentFiles = 20;
constexpr int maxRecentCommands = 12;
constexpr int maxAutosaveMinutes = 120;

QString defaultFile()
{
    return QStandardPaths::writableLocation(QStandardPaths::GenericConfigLocation) + u"/cahier/cahier.ini"_s;
}

QString schemeName(ColourScheme scheme)
{
    switch (scheme) {
    case ColourScheme::System:
        return u"system"_s;
    case ColourScheme::Light:
        return u"light"_s;
    case ColourScheme::Dark:
        return u"dark"_s;
    }
    return {};
}

/// "D,D Ctrl+M,Up": key sequences hold blanks after their commas only, which are left out.
QString textOf(const QList<QKeySequence>& keys)
{
    QStringList texts;
    for (const QKeySequence& key : keys)
        texts += key.toString(QKeySequence::PortableText).remove(u' ');
    return texts.join(u' ');
}

QList<QKeySequence> keysIn(const QString& text)
{
    QList<QKeySequence> keys;
    for (const QString& one : text.split(u' ', Qt::SkipEmptyParts)) {
        const QKeySequence key(one, QKeySequence::PortableText);
        if (!key.isEmpty() && key[0].key() != Qt::Key_unknown) keys.append(key);
    }
    return keys;
}

} // namespace

QString keymapName(Keymap keymap)
{
    return keymap == Keymap::Colab ? u"colab"_s : u"jupyter"_s;
}

Settings::Settings(const QString& file, QObject* parent)
    : QObject(parent), m_file(file.isEmpty() ? defaultFile() : file)
{
}

bool Settings::store(QStringView key, const QVariant& value)
{
    const QVariant present = m_file.value(key);
    // A file's numbers and truth values come back as text.
    const bool isText = value.typeId() != QMetaType::QStringList && value.typeId() != QMetaType::QByteArray;
    if (present.isValid() && (isText ? present.toString() == value.toString() : present == value))
        return false;
    m_file.setValue(key, value);
    return true;
}

void Settings::choose(QStringView key, const QVariant& value)
{
    if (store(key, value)) Q_EMIT changed();
}

ColourScheme Settings::scheme() const
{
    const QString name = m_file.value("appearance/scheme").toString();
    for (const ColourScheme scheme : {ColourScheme::Light, ColourScheme::Dark}) {
        if (name == schemeName(scheme)) return scheme;
    }
    return ColourScheme::System;
}

void Settings::setScheme(ColourScheme scheme)
{
    choose(u"appearance/scheme", schemeName(scheme));
}

QString Settings::codeFont() const
{
    return m_file.value("appearance/codeFont").toString();
}

void Settings::setCodeFont(const QString& family)
{
    choose(u"appearance/codeFont", family);
}

double Settings::codeSize() const
{
    const double points = m_file.value("appearance/codeSize", 0.0).toDouble();
    return points >= 4 && points <= 72 ? points : 0;
}

void Settings::setCodeSize(double points)
{
    choose(u"appearance/codeSize", points);
}

double Settings::zoom() const
{
    const double zoom = m_file.value("appearance/zoom", 1.0).toDouble();
    return std::isfinite(zoom) && zoom > 0 ? std::clamp(zoom, 0.5, 4.0) : 1;
}

void Settings::setZoom(double zoom)
{
    choose(u"appearance/zoom", std::clamp(zoom, 0.5, 4.0));
}

bool Settings::lineNumbers() const
{
    return m_file.value("editing/lineNumbers", false).toBool();
}

void Settings::setLineNumbers(bool on)
{
    choose(u"editing/lineNumbers", on);
}

bool Settings::closeBrackets() const
{
    return m_file.value("editing/closeBrackets", true).toBool();
}

void Settings::setCloseBrackets(bool on)
{
    choose(u"editing/closeBrackets", on);
}

bool Settings::wrapOutputs() const
{
    return m_file.value("outputs/wrapLines", true).toBool();
}

void Settings::setWrapOutputs(bool on)
{
    choose(u"outputs/wrapLines", on);
}

std::chrono::minutes Settings::autosave() const
{
    return std::chrono::minutes(
        std::clamp(m_file.value("saving/autosaveMinutes", 0).toInt(), 0, maxAutosaveMinutes));
}

void Settings::setAutosave(std::chrono::minutes interval)
{
    choose(u"saving/autosaveMinutes", static_cast<int>(interval.count()));
}

bool Settings::askBeforeClosing() const
{
    return m_file.value("kernels/askBeforeClosing", true).toBool();
}

void Settings::setAskBeforeClosing(bool on)
{
    choose(u"kernels/askBeforeClosing", on);
}

Keymap Settings::keymap() const
{
    return m_file.value("keyboard/keymap").toString() == keymapName(Keymap::Colab) ? Keymap::Colab
                                                                                   : Keymap::Jupyter;
}

void Settings::setKeymap(Keymap keymap)
{
    if (!store(u"keyboard/keymap", keymapName(keymap))) return;
    Q_EMIT changed();
    Q_EMIT keysChanged();
}

QHash<QString, QList<QKeySequence>> Settings::keyOverrides(Keymap keymap) const
{
    QHash<QString, QList<QKeySequence>> overrides;
    const QString prefix = u"keyboard/"_s + keymapName(keymap) + u'/';
    const QStringList keys = m_file.allKeys();
    for (const QString& key : keys) {
        if (key.startsWith(prefix))
            overrides.insert(key.sliced(prefix.size()), keysIn(m_file.value(key).toString()));
    }
    return overrides;
}

void Settings::setKeyOverride(Keymap keymap, const QString& command,
                              const std::optional<QList<QKeySequence>>& keys)
{
    const QString key = u"keyboard/"_s + keymapName(keymap) + u'/' + command;
    if (keys) {
        if (!store(key, textOf(*keys))) return;
    } else {
        if (!m_file.contains(key)) return;
        m_file.remove(key);
    }
    Q_EMIT keysChanged();
}

QByteArray Settings::windowGeometry() const
{
    return m_file.value("window/geometry").toByteArray();
}

void Settings::setWindowGeometry(const QByteArray& geometry)
{
    store(u"window/geometry", geometry);
}

QString Settings::sidePanel() const
{
    return m_file.value("window/panel", u"outline"_s).toString();
}

void Settings::setSidePanel(const QString& panel)
{
    store(u"window/panel", panel);
}

int Settings::sidePanelWidth() const
{
    return std::clamp(m_file.value("window/panelWidth", 240).toInt(), 120, 800);
}

void Settings::setSidePanelWidth(int width)
{
    store(u"window/panelWidth", width);
}

QStringList Settings::openTabs() const
{
    return m_file.value("window/tabs").toStringList();
}

int Settings::currentTab() const
{
    return m_file.value("window/currentTab", 0).toInt();
}

void Settings::setOpenTabs(const QStringList& paths, int current)
{
    store(u"window/tabs", paths);
    store(u"window/currentTab", current);
}

QStringList Settings::recentFiles() const
{
    return m_file.value("recent/files").toStringList();
}

void Settings::setRecentFiles(const QStringList& paths)
{
    if (store(u"recent/files", paths.first(std::min<qsizetype>(paths.size(), maxRecentFiles))))
        Q_EMIT recentFilesChanged();
}

QStringList Settings::recentCommands() const
{
    return m_file.value("recent/commands").toStringList();
}

void Settings::setRecentCommands(const QStringList& ids)
{
    store(u"recent/commands", ids.first(std::min<qsizetype>(ids.size(), maxRecentCommands)));
}

QString Settings::lastFolder() const
{
    return m_file.value("recent/folder").toString();
}

void Settings::setLastFolder(const QString& folder)
{
    store(u"recent/folder", folder);
}

void Settings::applyTo(Appearance& appearance)
{
    const auto apply = [this, &appearance] {
        appearance.setScheme(scheme());
        appearance.setCodeFont(codeFont(), codeSize());
        appearance.setZoom(zoom());
        appearance.setWrapsOutputs(wrapOutputs());
    };
    connect(this, &Settings::changed, &appearance, apply);
    apply();
}

} // namespace cahier::widgets
