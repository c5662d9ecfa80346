// SPDX-License-Identifier: GPL-3.0-or-later
#include <app/window/welcomepage.h>

#include <app/window/recentfiles.h>
#include <widgets/theme/icons.h>

#include <QLabel>
#include <QLocale>
#include <QPainter>
#include <QPushButton>
#include <QScrollArea>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

namespace cahier::window {

namespace {

constexpr int columnWidth = 620, maxRecent = 10;

void clear(QLayout& layout)
{
    while (QLayoutItem* const item = layout.takeAt(0)) {
        if (item->widget()) item->widget()->deleteLater();
        delete item;
    }
}

/// A line of a list that is pressed like a button: a name, and muted where it is.
class RowButton : public QAbstractButton {
public:
    RowButton(const QString& title, QString note, const widgets::Appearance& appearance, QWidget* parent)
        : QAbstractButton(parent), m_note(std::move(note)), m_appearance(appearance)
    {
        setText(title);
        setAccessibleName(title + u", "_s + m_note);
        setFocusPolicy(Qt::StrongFocus);
        setAttribute(Qt::WA_Hover);
        setCursor(Qt::PointingHandCursor);
        setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    }
    [[nodiscard]] QSize sizeHint() const override { return {200, fontMetrics().height() + 12}; }

protected:
    void paintEvent(QPaintEvent*) override
    {
        const widgets::Theme& theme = m_appearance.theme();
        QPainter painter(this);
        painter.setRenderHint(QPainter::Antialiasing);
        if (underMouse() || hasFocus()) {
            painter.setPen(hasFocus() ? QPen(theme.accent) : QPen(Qt::NoPen));
            painter.setBrush(underMouse() ? theme.editor : QColor(Qt::transparent));
            painter.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4);
        }
        QRect place = rect().adjusted(8, 0, -8, 0);
        painter.setPen(theme.accent);
        const QString title = fontMetrics().elidedText(text(), Qt::ElideMiddle, place.width());
        painter.drawText(place, Qt::AlignVCenter | Qt::AlignLeft, title);
        place.setLeft(place.left() + fontMetrics().horizontalAdvance(title) + 12);
        painter.setPen(theme.muted);
        painter.drawText(place, Qt::AlignVCenter | Qt::AlignLeft,
                         fontMetrics().elidedText(m_note, Qt::ElideMiddle, place.width()));
    }

private:
    QString m_note;
    const widgets::Appearance& m_appearance;
};

} // namespace

WelcomePage::WelcomePage(const widgets::Settings& settings, const widgets::Appearance& appearance,
                         QWidget* parent)
    : QWidget(parent), m_settings(settings), m_appearance(appearance), m_column(new QWidget),
      m_recent(new QVBoxLayout), m_unsaved(new QVBoxLayout)
{
    setAutoFillBackground(true);
    auto* const name = new QLabel(u"Cahier"_s, m_column);
    QFont large = appearance.theme().interface;
    large.setPointSizeF(large.pointSizeF() * 2.4);
    large.setWeight(QFont::DemiBold);
    name->setFont(large);
    auto* const line = new QLabel(tr("Notebooks on your desktop."), m_column);
    line->setForegroundRole(QPalette::PlaceholderText);
    auto* const column = new QVBoxLayout(m_column);
    column->setContentsMargins(24, 56, 24, 24);
    column->setSpacing(2);
    column->addWidget(name);
    column->addWidget(line);
    column->addSpacing(24);
    column->addLayout(makeActions());
    column->addLayout(m_unsaved);
    column->addLayout(m_recent);
    column->addStretch();
    m_column->setMaximumWidth(columnWidth);

    auto* const area = new QScrollArea(this);
    auto* const middle = new QWidget;
    auto* const centre = new QHBoxLayout(middle);
    centre->setContentsMargins(0, 0, 0, 0);
    centre->addWidget(m_column);
    area->setWidget(middle);
    area->setWidgetResizable(true);
    area->setFrameShape(QFrame::NoFrame);
    auto* const layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(area);
    connect(&settings, &widgets::Settings::recentFilesChanged, this, &WelcomePage::fillRecent);
    connect(&appearance, &widgets::Appearance::changed, this, &WelcomePage::applyTheme);
    applyTheme();
    fillRecent();
}

QLayout* WelcomePage::makeActions()
{
    auto* const row = new QHBoxLayout;
    row->setSpacing(8);
    const auto add = [this, row](const QString& text, const QString& sign, void (WelcomePage::*chosen)()) {
        auto* const button = new QPushButton(widgets::icon(sign), text, m_column);
        connect(button, &QPushButton::clicked, this, chosen);
        row->addWidget(button);
    };
    add(tr("New notebook"), u"new"_s, &WelcomePage::newRequested);
    add(tr("Open…"), u"open"_s, &WelcomePage::openRequested);
    add(tr("The example"), u"eye"_s, &WelcomePage::exampleRequested);
    row->addStretch();
    return row;
}

void WelcomePage::addHeading(QVBoxLayout& layout, const QString& text)
{
    auto* const label = new QLabel(text, m_column);
    QFont bold = label->font();
    bold.setWeight(QFont::DemiBold);
    label->setFont(bold);
    layout.addSpacing(28);
    layout.addWidget(label);
    layout.addSpacing(4);
}

QWidget* WelcomePage::makeRow(const QString& title, const QString& note, const std::function<void()>& take)
{
    auto* const row = new RowButton(title, note, m_appearance, m_column);
    connect(row, &QAbstractButton::clicked, this, take);
    return row;
}

void WelcomePage::fillRecent()
{
    clear(*m_recent);
    const QStringList paths = m_settings.recentFiles();
    if (paths.isEmpty()) return;
    addHeading(*m_recent, tr("Recent"));
    for (const QString& path : paths.first(std::min<qsizetype>(paths.size(), maxRecent))) {
        const auto [name, folder] = shownPath(path);
        m_recent->addWidget(makeRow(name, folder, [this, path] { Q_EMIT fileChosen(path); }));
    }
}

void WelcomePage::showUnsaved(const std::vector<notebook::RecoveryEntry>& entries)
{
    clear(*m_unsaved);
    if (entries.empty()) return;
    addHeading(*m_unsaved, tr("Never saved"));
    for (const notebook::RecoveryEntry& entry : entries)
        m_unsaved->addWidget(makeRow(tr("A notebook without a name"),
                                     QLocale().toString(entry.changed, QLocale::ShortFormat),
                                     [this, entry] { Q_EMIT recoveryChosen(entry); }));
}

void WelcomePage::applyTheme()
{
    QPalette colours = m_appearance.theme().palette();
    colours.setColor(QPalette::Window, m_appearance.theme().page);
    setPalette(colours);
}

} // namespace cahier::window
