// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <widgets/resources/historyplot.h>
#include <widgets/resources/resourcemonitor.h>

#include <QHash>

class QGridLayout;
class QLabel;

namespace cahier::widgets {

/// A plot for each thing that a monitor measures: first the machine's, then those of each kernel under its
/// name. As many beside each other as there is room for.
class ResourcePlots : public QWidget {
    Q_OBJECT
public:
    ResourcePlots(const ResourceMonitor& monitor, const Appearance& appearance, QWidget* parent = nullptr);

    void setRange(std::chrono::seconds range);
    /// What kernels are called, by their ids.
    void setKernelNames(const QHash<QString, QString>& names);
    /// Draws what the monitor has now.
    void refresh();

protected:
    void resizeEvent(QResizeEvent* event) override;

private:
    struct Wanted {
        ResourceHistory::Key key;
        QString heading; ///< the kernel's name; empty for the machine's
        QString title;
        HistoryPlot::Format format;
        double maximum = 0, least = 1;
        QString note = {};
    };
    struct Shown {
        ResourceHistory::Key key;
        QString heading;
        HistoryPlot* plot = nullptr;
    };
    [[nodiscard]] std::vector<Wanted> wanted() const;
    void addMachine(std::vector<Wanted>& all) const;
    void addGpu(std::vector<Wanted>& all, const runtime::GpuSample& gpu) const;
    void addKernel(std::vector<Wanted>& all, const QString& kernel) const;
    [[nodiscard]] bool isKnown(const ResourceHistory::Key& key) const;
    void build(const std::vector<Wanted>& all);
    void place();
    [[nodiscard]] int columnsFor(int width) const;

    const ResourceMonitor& m_monitor;
    const Appearance& m_appearance;
    QGridLayout* m_layout;
    QHash<QString, QString> m_names;
    std::chrono::seconds m_range = std::chrono::minutes(5);
    std::vector<Shown> m_shown;
    std::vector<QLabel*> m_headings;
    int m_columns = 1;
};

} // namespace cahier::widgets
