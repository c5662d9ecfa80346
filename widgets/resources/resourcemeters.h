// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <widgets/resources/resourcemonitor.h>
#include <widgets/theme/appearance.h>

#include <QAbstractButton>

namespace cahier::widgets {

/// Small bars for a tool bar: memory and disk, and the memory and utilisation of the notebook's GPU. Takes no
/// room while there is nothing to show.
class ResourceMeters : public QAbstractButton {
    Q_OBJECT
public:
    /// One bar.
    struct Meter {
        QString label;
        double share = 0;    ///< 0 .. 1
        QString figures;     ///< "3.1 of 12.7 GiB (24 %)"
        bool canFill = true; ///< fullness is trouble; not so for utilisation
    };
    enum class Level { Fine, High, Critical };

    /// Both must outlive it.
    ResourceMeters(ResourceMonitor& monitor, const Appearance& appearance, QWidget* parent = nullptr);

    /// The UUIDs of GPUs and MIG slices that the notebook's kernel computes with. None: the fullest GPU is
    /// shown.
    void setDevices(const QStringList& uuids);
    [[nodiscard]] bool isEmpty() const { return m_meters.empty(); }
    [[nodiscard]] const std::vector<Meter>& meters() const { return m_meters; }
    /// From 80 % on high, from 95 % on critical.
    [[nodiscard]] static Level levelOf(const Meter& meter);

    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override { return sizeHint(); }

Q_SIGNALS:
    void resourcesRequested();

protected:
    bool event(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    struct Device; ///< a GPU or a slice
    void refresh();
    void describe();
    [[nodiscard]] std::vector<Meter> currentMeters() const;
    [[nodiscard]] Device shownDevice() const;
    [[nodiscard]] QString toolTipText() const;
    [[nodiscard]] QFont smallFont() const;
    [[nodiscard]] int labelWidth(std::size_t column) const;
    void paintMeter(QPainter& painter, const QRectF& place, int labelWidth, const Meter& meter) const;
    [[nodiscard]] QColor colourOf(const Meter& meter) const;

    ResourceMonitor& m_monitor;
    const Appearance& m_appearance;
    QStringList m_devices;
    std::vector<Meter> m_meters;
    QList<int> m_painted; ///< what can be seen of them: pixels and colours
};

} // namespace cahier::widgets
