// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/editor/completionpopup.h>

#include <widgets/editor/popupplace.h>
#include <widgets/theme/appearance.h>
#include <widgets/theme/thinscrollbar.h>

#include <QAbstractListModel>
#include <QKeyEvent>
#include <QListView>
#include <QPainter>
#include <QScrollBar>
#include <QStyledItemDelegate>
#include <QVBoxLayout>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace cahier::widgets {

class CompletionModel : public QAbstractListModel {
public:
    using QAbstractListModel::QAbstractListModel;
    using Match = runtime::Completions::Match;

    void setMatches(std::vector<Match> matches, const QString& typed)
    {
        m_matches = std::move(matches);
        m_original = typed;
        filter(typed);
    }

    void filter(const QString& typed)
    {
        beginResetModel();
        m_shown.clear();
        // The kernel's matches need not begin with what was typed ("%ti" and "time"): as they came they all
        // fit.
        const QString more = typed.startsWith(m_original) ? typed.sliced(m_original.size()) : QString();
        for (size_t i = 0; i < m_matches.size(); ++i) {
            const QString& text = m_matches[i].text;
            const bool begins = text.startsWith(m_original, Qt::CaseInsensitive);
            if (typed == m_original || text.startsWith(typed, Qt::CaseInsensitive) ||
                (!begins && !more.isEmpty() && text.contains(more, Qt::CaseInsensitive)))
                m_shown.push_back(i);
        }
        endResetModel();
    }

    [[nodiscard]] const Match& match(int row) const { return m_matches[m_shown[size_t(row)]]; }
    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override
    {
        return parent.isValid() ? 0 : int(m_shown.size());
    }
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override
    {
        if (!index.isValid() || (role != Qt::DisplayRole && role != Qt::AccessibleTextRole)) return {};
        const Match& one = match(index.row());
        if (role == Qt::DisplayRole || one.type.isEmpty()) return one.text;
        return QString(one.text + u", "_s + one.type);
    }

private:
    std::vector<Match> m_matches;
    std::vector<size_t> m_shown;
    QString m_original;
};

namespace {

struct Badge {
    QChar letter;
    int ansi = 7; ///< its colour, of the theme's terminal colours
};

Badge badgeOf(const QString& type)
{
    static const QHash<QString, Badge> badges{
        {u"function"_s, {u'f', 4}}, {u"method"_s, {u'f', 4}},    {u"module"_s, {u'm', 6}},
        {u"class"_s, {u'c', 3}},    {u"type"_s, {u'c', 3}},      {u"keyword"_s, {u'k', 5}},
        {u"instance"_s, {u'i', 2}}, {u"statement"_s, {u'i', 2}}, {u"property"_s, {u'p', 2}},
        {u"param"_s, {u'=', 1}},    {u"path"_s, {u'/', 7}},      {u"magic"_s, {u'%', 5}},
        {u"dict key"_s, {u'[', 6}}};
    return badges.value(type, Badge{u'·', 7});
}

class CompletionDelegate : public QStyledItemDelegate {
public:
    CompletionDelegate(const Appearance& appearance, CompletionModel* model)
        : QStyledItemDelegate(model), m_appearance(appearance), m_model(*model)
    {
    }

    [[nodiscard]] QSize sizeHint(const QStyleOptionViewItem&, const QModelIndex&) const override
    {
        const QFontMetrics metrics(m_appearance.theme().code);
        return {10, metrics.height() + padding()};
    }

    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override
    {
        const Theme& theme = m_appearance.theme();
        const CompletionModel::Match& match = m_model.match(index.row());
        const bool chosen = (option.state & QStyle::State_Selected) != 0;
        const bool hovered = (option.state & QStyle::State_MouseOver) != 0;
        if (chosen || hovered) painter->fillRect(option.rect, chosen ? theme.selection : theme.chrome);
        QRect rest = option.rect.adjusted(padding(), 0, -padding(), 0);
        const int side = rest.height() - padding();
        drawBadge(painter, {rest.left(), rest.top() + padding() / 2, side, side}, match.type);
        rest.setLeft(rest.left() + side + padding());
        painter->setFont(theme.code);
        painter->setPen(theme.text);
        const QFontMetrics metrics(theme.code);
        painter->drawText(rest, Qt::AlignVCenter | Qt::TextSingleLine,
                          metrics.elidedText(match.text, Qt::ElideMiddle, rest.width()));
        rest.setLeft(rest.left() + metrics.horizontalAdvance(match.text) + padding());
        if (match.signature.isEmpty() || rest.width() <= 0) return;
        painter->setPen(theme.muted);
        painter->drawText(rest, Qt::AlignVCenter | Qt::TextSingleLine,
                          metrics.elidedText(match.signature, Qt::ElideRight, rest.width()));
    }

    [[nodiscard]] int padding() const { return qRound(6 * m_appearance.theme().zoom); }

private:
    void drawBadge(QPainter* painter, const QRect& place, const QString& type) const
    {
        const Theme& theme = m_appearance.theme();
        const Badge badge = badgeOf(type);
        QColor ground = theme.ansi[size_t(badge.ansi)];
        painter->save();
        painter->setRenderHint(QPainter::Antialiasing);
        ground.setAlphaF(0.16F);
        painter->setBrush(ground);
        painter->setPen(Qt::NoPen);
        painter->drawRoundedRect(place, 3, 3);
        QFont font = theme.code;
        font.setPixelSize(std::max(8, place.height() * 7 / 10));
        painter->setFont(font);
        painter->setPen(theme.ansi[size_t(badge.ansi)]);
        painter->drawText(place, Qt::AlignCenter, badge.letter);
        painter->restore();
    }

    const Appearance& m_appearance;
    CompletionModel& m_model;
};

} // namespace

CompletionPopup::CompletionPopup(const Appearance& appearance, QWidget* editor)
    : QFrame(editor, Qt::ToolTip), m_appearance(appearance), m_model(new CompletionModel(this)),
      m_list(new QListView(this))
{
    setAttribute(Qt::WA_ShowWithoutActivating);
    setFocusPolicy(Qt::NoFocus);
    setAccessibleName(tr("Completions"));
    m_list->setAccessibleName(tr("Completions"));
    m_list->setFocusPolicy(Qt::NoFocus);
    m_list->setFrameShape(QFrame::NoFrame);
    m_list->setVerticalScrollBar(new ThinScrollBar(appearance, Qt::Vertical, m_list));
    m_list->setMouseTracking(true);
    m_list->setUniformItemSizes(true);
    m_list->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_list->setModel(m_model);
    m_list->setItemDelegate(new CompletionDelegate(appearance, m_model));
    auto* const layout = new QVBoxLayout(this);
    layout->setContentsMargins(1, 1, 1, 1);
    layout->addWidget(m_list);
    connect(m_list, &QListView::clicked, this, [this](const QModelIndex& index) {
        m_list->setCurrentIndex(index);
        choose();
    });
    connect(&appearance, &Appearance::changed, this, &CompletionPopup::applyAppearance);
    applyAppearance();
}

void CompletionPopup::applyAppearance()
{
    QPalette palette = m_appearance.theme().palette();
    palette.setColor(QPalette::Base, m_appearance.theme().page);
    palette.setColor(QPalette::Window, m_appearance.theme().page);
    setPalette(palette);
    m_list->setPalette(palette);
    hide();
}

void CompletionPopup::setMatches(std::vector<runtime::Completions::Match> matches, const QString& typed)
{
    m_model->setMatches(std::move(matches), typed);
    m_list->setCurrentIndex(m_model->index(0));
}

bool CompletionPopup::filter(const QString& typed)
{
    m_model->filter(typed);
    m_list->setCurrentIndex(m_model->index(0));
    if (isVisible()) resize(wantedSize());
    return m_model->rowCount() > 0;
}

QSize CompletionPopup::wantedSize() const
{
    const Theme& theme = m_appearance.theme();
    const QFontMetrics metrics(theme.code);
    constexpr int measured = 200; // enough to know how wide it is
    int text = 0;
    for (int row = 0; row < std::min(measured, m_model->rowCount()); ++row) {
        const auto& match = m_model->match(row);
        text = std::max(text, metrics.horizontalAdvance(match.text + u' ' + match.signature));
    }
    const int rowHeight = m_list->sizeHintForRow(0);
    const int shown = std::clamp(m_model->rowCount(), 1, rows);
    const int bar = m_model->rowCount() > rows ? m_list->verticalScrollBar()->sizeHint().width() : 0;
    const int width = text + rowHeight + qRound(24 * theme.zoom) + bar;
    return {std::clamp(width, qRound(180 * theme.zoom), qRound(640 * theme.zoom)), shown * rowHeight + 2};
}

void CompletionPopup::showAt(const QRect& cursor)
{
    setGeometry(popupPlace(cursor, wantedSize()));
    show();
}

bool CompletionPopup::handleKey(const QKeyEvent& event)
{
    if ((event.modifiers() & ~(Qt::KeypadModifier)) != Qt::NoModifier) return false;
    switch (event.key()) {
    case Qt::Key_Up:
        move(-1);
        return true;
    case Qt::Key_Down:
        move(1);
        return true;
    case Qt::Key_PageUp:
        move(1 - rows);
        return true;
    case Qt::Key_PageDown:
        move(rows - 1);
        return true;
    case Qt::Key_Return:
    case Qt::Key_Enter:
    case Qt::Key_Tab:
        choose();
        return true;
    case Qt::Key_Escape:
        hide();
        return true;
    default:
        return false;
    }
}

/// A single step goes around at the ends.
void CompletionPopup::move(int step)
{
    const int count = m_model->rowCount();
    if (count == 0) return;
    int row = m_list->currentIndex().row() + step;
    if (std::abs(step) == 1)
        row = (row + count) % count;
    else
        row = std::clamp(row, 0, count - 1);
    m_list->setCurrentIndex(m_model->index(row));
    m_list->scrollTo(m_model->index(row));
}

void CompletionPopup::choose()
{
    hide();
    const QModelIndex index = m_list->currentIndex();
    if (index.isValid()) Q_EMIT chosen(m_model->match(index.row()).text);
}

QStringList CompletionPopup::shownMatches() const
{
    QStringList result;
    for (int row = 0; row < m_model->rowCount(); ++row)
        result.append(m_model->match(row).text);
    return result;
}

void CompletionPopup::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.fillRect(rect(), m_appearance.theme().page);
    painter.setPen(m_appearance.theme().border);
    painter.drawRect(rect().adjusted(0, 0, -1, -1));
}

} // namespace cahier::widgets
