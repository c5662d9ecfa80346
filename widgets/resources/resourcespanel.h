// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <widgets/resources/resourcemonitor.h>
#include <widgets/theme/appearance.h>

#include <QHash>
#include <QTimer>
#include <QWidget>

class QComboBox;
class QLabel;
class QPushButton;
class QScrollArea;

namespace cahier::widgets {

class HardwareSummary;
class ResourcePlots;

/// What the machine of a runtime has, and what of it was in use in the last minutes, in all and by kernel:
/// for a side panel or a window of its own.
class ResourcesPanel : public QWidget {
    Q_OBJECT
public:
    /// Both must outlive it.
    ResourcesPanel(ResourceMonitor& monitor, const Appearance& appearance, QWidget* parent = nullptr);

    /// What kernels are called, by their ids: the notebooks' names. Others have the name that the runtime has
    /// for them.
    void setKernelNames(const QHash<QString, QString>& names);

protected:
    void showEvent(QShowEvent* event) override;

private:
    [[nodiscard]] QLayout* makeTop();
    void showState();
    void showHardware();
    void showSample();
    void askForNames();
    void applyNames();
    void setRange();

    ResourceMonitor& m_monitor;
    const Appearance& m_appearance;
    QLabel* m_title;
    QComboBox* m_range;
    QLabel* m_state;
    QPushButton* m_reconnect;
    QScrollArea* m_scroll;
    HardwareSummary* m_summary;
    ResourcePlots* m_plots;
    QTimer m_gapTimer;                         ///< lets the gap grow while nothing comes
    QHash<QString, QString> m_names, m_labels; ///< as the window and as the runtime call kernels
    std::weak_ptr<runtime::Runtime> m_labelsOf;
};

} // namespace cahier::widgets
