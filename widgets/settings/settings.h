// SPDX-License-Identifier: GPL-3.0-or-later
// What the user chose and what the window remembers.
#pragma once

#include <widgets/settings/inifile.h>
#include <widgets/theme/appearance.h>

#include <QHash>
#include <QKeySequence>
#include <QObject>

#include <chrono>
#include <optional>

namespace cahier::widgets {

enum class Keymap {
    Jupyter, ///< single letters in command mode
    Colab,   ///< Ctrl+M, then a letter
};

/// Typed access to the settings file, an INI file of QSettings: ~/.config/cahier/cahier.ini. Each property
/// names its key. A value that the file holds and that makes no sense counts as absent. Setters write, tell
/// changed() when something is different, and do nothing otherwise. Secrets are never kept here.
class Settings : public QObject {
    Q_OBJECT
public:
    /// `file`: empty for the user's own.
    explicit Settings(const QString& file = {}, QObject* parent = nullptr);

    /// appearance/scheme: system, light or dark
    [[nodiscard]] ColourScheme scheme() const;
    void setScheme(ColourScheme scheme);
    /// appearance/codeFont: a family; empty is the desktop's
    [[nodiscard]] QString codeFont() const;
    void setCodeFont(const QString& family);
    /// appearance/codeSize: points; 0 is the desktop's
    [[nodiscard]] double codeSize() const;
    void setCodeSize(double points);
    /// appearance/zoom: 0.5 to 4
    [[nodiscard]] double zoom() const;
    void setZoom(double zoom);

    /// editing/lineNumbers
    [[nodiscard]] bool lineNumbers() const;
    void setLineNumbers(bool on);
    /// editing/closeBrackets
    [[nodiscard]] bool closeBrackets() const;
    void setCloseBrackets(bool on);
    /// outputs/wrapLines: else they scroll sideways
    [[nodiscard]] bool wrapOutputs() const;
    void setWrapOutputs(bool on);
    /// saving/autosaveMinutes: 0 is off
    [[nodiscard]] std::chrono::minutes autosave() const;
    void setAutosave(std::chrono::minutes interval);
    /// kernels/askBeforeClosing: closing a notebook whose kernel is busy asks
    [[nodiscard]] bool askBeforeClosing() const;
    void setAskBeforeClosing(bool on);

    /// keyboard/keymap: jupyter or colab
    [[nodiscard]] Keymap keymap() const;
    void setKeymap(Keymap keymap);
    /// keyboard/NAME OF THE KEYMAP/COMMAND: the user's own keys in place of the default ones, separated by
    /// blanks, each as QKeySequence::PortableText with its blanks left out; empty: no key.
    [[nodiscard]] QHash<QString, QList<QKeySequence>> keyOverrides(Keymap keymap) const;
    /// Nothing: the default again.
    void setKeyOverride(Keymap keymap, const QString& command,
                        const std::optional<QList<QKeySequence>>& keys);

    /// window/geometry
    [[nodiscard]] QByteArray windowGeometry() const;
    void setWindowGeometry(const QByteArray& geometry);
    /// window/panel: the side bar's panel, as in its command's name; empty: none. window/panelWidth
    [[nodiscard]] QString sidePanel() const;
    void setSidePanel(const QString& panel);
    [[nodiscard]] int sidePanelWidth() const;
    void setSidePanelWidth(int width);
    /// window/tabs, window/currentTab: the notebooks that were open when the window was closed
    [[nodiscard]] QStringList openTabs() const;
    [[nodiscard]] int currentTab() const;
    void setOpenTabs(const QStringList& paths, int current);
    /// recent/files: newest first
    [[nodiscard]] QStringList recentFiles() const;
    void setRecentFiles(const QStringList& paths);
    /// recent/commands: identifiers of what the palette ran, newest first
    [[nodiscard]] QStringList recentCommands() const;
    void setRecentCommands(const QStringList& ids);
    /// recent/folder: where the last file was opened or saved
    [[nodiscard]] QString lastFolder() const;
    void setLastFolder(const QString& folder);

    /// Applies scheme, font, zoom and how outputs wrap, now and whenever they change.
    void applyTo(Appearance& appearance);

Q_SIGNALS:
    /// One of the choices (not of the things that the window merely remembers) is different.
    void changed();
    void keysChanged();
    void recentFilesChanged();

private:
    bool store(QStringView key, const QVariant& value);
    void choose(QStringView key, const QVariant& value);

    IniFile m_file;
};

/// "jupyter", "colab": as the settings file writes it.
[[nodiscard]] QString keymapName(Keymap keymap);

} // namespace cahier::widgets
