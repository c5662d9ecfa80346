// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/dialogs/dialogparts.h>

#include <widgets/dialogs/textblock.h>
#include <widgets/theme/icons.h>

#include <QCheckBox>
#include <QClipboard>
#include <QDialogButtonBox>
#include <QFormLayout>
#include <QGridLayout>
#include <QGuiApplication>
#include <QLabel>
#include <QPushButton>
#include <QToolButton>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

namespace cahier::widgets {

void followTheme(QDialog& dialog, const Appearance& appearance)
{
    const auto apply = [&dialog, &appearance] { dialog.setPalette(appearance.theme().palette()); };
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

QFormLayout* makeForm(QVBoxLayout& column)
{
    auto* const form = new QFormLayout;
    form->setHorizontalSpacing(16);
    form->setVerticalSpacing(8);
    form->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
    column.addLayout(form);
    return form;
}

QLabel* makeHeading(const QString& text, QWidget* parent)
{
    QLabel* const label = makeSentence(text, parent);
    QFont font = label->font();
    font.setPointSizeF(font.pointSizeF() * 1.2);
    font.setWeight(QFont::DemiBold);
    label->setFont(font);
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
    auto* const text = new TextBlock(value, m_appearance, this);
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
    connect(copy, &QToolButton::clicked, this, [value] { QGuiApplication::clipboard()->setText(value); });
    m_grid->addWidget(copy, row, 2, Qt::AlignTop);
}

} // namespace cahier::widgets
