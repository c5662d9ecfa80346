// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/dialogs/dialogparts.h>

#include <widgets/dialogs/textblock.h>
#include <widgets/theme/icons.h>

#include <QCheckBox>
#include <QClipboard>
#include <QDialogButtonBox>
#include <QGridLayout>
#include <QGuiApplication>
#include <QLabel>
#include <QLineEdit>
#include <QListView>
#include <QPushButton>
#include <QToolButton>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

namespace cahier::widgets {

namespace {

/// The Fusion style draws edges darker than the window: on a dark one an empty box would not be seen.
void showEdges(QWidget& dialog, const Theme& theme)
{
    QPalette palette = theme.palette();
    if (theme.dark) palette.setColor(QPalette::Window, theme.muted);
    for (QWidget* const field : dialog.findChildren<QWidget*>()) {
        const bool hasEdge = qobject_cast<QCheckBox*>(field) || qobject_cast<QLineEdit*>(field) ||
                             qobject_cast<QListView*>(field);
        if (hasEdge) field->setPalette(palette);
    }
}

} // namespace

void followTheme(QDialog& dialog, const Appearance& appearance)
{
    const auto apply = [&dialog, &appearance] {
        dialog.setPalette(appearance.theme().palette());
        showEdges(dialog, appearance.theme());
    };
    QObject::connect(&appearance, &Appearance::changed, &dialog, apply);
    apply();
}

QVBoxLayout* makeColumn(QDialog& dialog, int width)
{
    auto* const column = new QVBoxLayout(&dialog);
    column->setContentsMargins(20, 16, 20, 14);
    column->setSpacing(10);
    column->addStrut(width);
    column->setSizeConstraint(QLayout::SetFixedSize);
    return column;
}

QGridLayout* makeForm(QVBoxLayout& column)
{
    auto* const form = new QGridLayout;
    form->setHorizontalSpacing(16);
    form->setVerticalSpacing(8);
    form->setColumnStretch(1, 1);
    column.addLayout(form);
    return form;
}

QLabel* addRow(QGridLayout& form, const QString& name, QWidget* field)
{
    const int row = form.rowCount();
    form.addWidget(field, row, 1);
    if (name.isEmpty()) return nullptr;
    auto* const label = new QLabel(name, field->parentWidget());
    label->setBuddy(field);
    // Beside a line its text stands on the same line; beside something high it stands at the top.
    const bool isHigh = field->sizeHint().height() > 3 * label->sizeHint().height();
    form.addWidget(label, row, 0, isHigh ? Qt::AlignTop : Qt::AlignVCenter);
    return label;
}

QLabel* makeHeading(const QString& text, QWidget* parent)
{
    QLabel* const label = makeSentence(text, parent);
    QFont font = label->font();
    font.setPointSizeF(font.pointSizeF() * 1.2);
    font.setWeight(QFont::DemiBold);
    label->setFont(font);
    // Read with the dialog's title.
    if (qobject_cast<QDialog*>(parent)) parent->setAccessibleDescription(text);
    return label;
}

QLabel* makeSentence(const QString& text, QWidget* parent)
{
    auto* const label = new QLabel(text, parent);
    label->setTextFormat(Qt::PlainText);
    label->setWordWrap(true);
    return label;
}

QLabel* makeNote(const QString& text, QWidget* parent)
{
    QLabel* const label = makeSentence(text, parent);
    label->setForegroundRole(QPalette::PlaceholderText);
    return label;
}

DialogButtons makeButtons(QDialog& dialog, const QString& accept, const QString& reject,
                          DefaultAnswer byDefault)
{
    auto* const box = new QDialogButtonBox(&dialog);
    DialogButtons buttons{box, box->addButton(accept, QDialogButtonBox::AcceptRole),
                          box->addButton(reject, QDialogButtonBox::RejectRole)};
    if (byDefault == DefaultAnswer::Accept) {
        buttons.accept->setDefault(true);
    } else {
        buttons.reject->setDefault(true);
        buttons.reject->setFocus();
    }
    QObject::connect(box, &QDialogButtonBox::accepted, &dialog, &QDialog::accept);
    QObject::connect(box, &QDialogButtonBox::rejected, &dialog, &QDialog::reject);
    return buttons;
}

QCheckBox* makeCondition(const QString& text, QPushButton& button, QWidget* parent)
{
    auto* const box = new QCheckBox(text, parent);
    button.setEnabled(false);
    QObject::connect(box, &QCheckBox::toggled, &button, &QWidget::setEnabled);
    return box;
}

namespace {

/// The pairs of a fingerprint in lines that are easily compared, none of them torn apart.
QString inLines(const QString& code)
{
    constexpr qsizetype pairs = 16;
    const QStringList parts = code.split(u':');
    if (parts.size() <= pairs) return code;
    QStringList lines;
    for (qsizetype at = 0; at < parts.size(); at += pairs)
        lines += parts.mid(at, pairs).join(u':');
    return lines.join(u":\n"_s);
}

} // namespace

FactTable::FactTable(const Appearance& appearance, QWidget* parent)
    : QWidget(parent), m_appearance(appearance), m_grid(new QGridLayout(this))
{
    m_grid->setContentsMargins(0, 0, 0, 0);
    m_grid->setHorizontalSpacing(16);
    m_grid->setVerticalSpacing(6);
    m_grid->setColumnStretch(1, 1);
    hide();
}

void FactTable::add(const QString& name, const QString& value, Look look)
{
    if (value.isEmpty()) return;
    const int row = m_grid->rowCount();
    auto* const label = new QLabel(name, this);
    label->setTextFormat(Qt::PlainText);
    label->setForegroundRole(QPalette::PlaceholderText);
    auto* const text = new TextBlock(look == Look::Code ? inLines(value) : value, m_appearance, this);
    text->setAccessibleName(name);
    m_grid->addWidget(label, row, 0, Qt::AlignTop | Qt::AlignLeft);
    m_grid->addWidget(text, row, 1);
    show();
    if (look == Look::Text) return;
    text->setFont(m_appearance.theme().code);
    auto* const copy = new QToolButton(this);
    copy->setIcon(icon(u"copy"_s));
    copy->setAutoRaise(true);
    copy->setFocusPolicy(Qt::TabFocus);
    copy->setToolTip(tr("Copy"));
    copy->setAccessibleName(tr("Copy: %1").arg(name));
    copy->setIconSize({14, 14});
    copy->setFixedHeight(text->fontMetrics().lineSpacing() + 2);
    connect(copy, &QToolButton::clicked, this, [value] { QGuiApplication::clipboard()->setText(value); });
    m_grid->addWidget(copy, row, 2, Qt::AlignTop);
}

} // namespace cahier::widgets
