// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/notebook/cellwidget.h>

#include <widgets/editor/codeeditor.h>
#include <widgets/markdown/markdownview.h>
#include <widgets/notebook/cellfolding.h>
#include <widgets/notebook/cellgutter.h>
#include <widgets/notebook/inputprompt.h>
#include <widgets/outputs/outputarea.h>
#include <widgets/theme/appearance.h>
#include <widgets/theme/icons.h>

#include <QMouseEvent>
#include <QPainter>
#include <QToolButton>

using namespace Qt::StringLiterals;

namespace cahier::widgets {

using notebook::Cell;
using notebook::CellType;
using runtime::RunOutcome;
using runtime::RunPhase;

namespace {

constexpr int padding = 4; // above and below everything
constexpr int rightMargin = 14;
constexpr int barWidth = 3; // of the active cell's mark
constexpr int gap = 4;      // between the parts
constexpr int foldHeight = 24;
constexpr int frame = 1; // around an editor

} // namespace

struct CellWidget::Parts {
    QRect gutter, editor, markdown, input, outputs, sourceFold, outputsFold, headingFold;
    int height = 0;
};

CellWidget::CellWidget(const ViewServices& services, QWidget* parent)
    : QWidget(parent), m_services(services), m_gutter(new CellGutter(services.appearance, this))
{
    setFocusPolicy(Qt::NoFocus);
    setAttribute(Qt::WA_Hover);
    connect(m_gutter, &CellGutter::runClicked, this, &CellWidget::runClicked);
    connect(m_gutter, &CellGutter::stopClicked, this, &CellWidget::stopClicked);
    connect(m_gutter, &CellGutter::pressed, this, &CellWidget::pressed);
    connect(m_gutter, &CellGutter::draggedTo, this, &CellWidget::draggedTo);
    connect(m_gutter, &CellGutter::dropped, this, &CellWidget::dropped);
    connect(m_gutter, &CellGutter::dragCancelled, this, &CellWidget::dragCancelled);
    connect(&services.appearance, &Appearance::changed, this, [this] { place(); });
}

void CellWidget::bind(const Cell& cell, const CellContext& context)
{
    const bool same = m_key == cell.key();
    m_key = cell.key();
    m_cell = cell;
    m_context = context;
    m_type = cell.type();
    if (!same) {
        m_editing = false;
        m_run = {};
        m_hiddenBelow = 0;
        m_standing = CellStanding::Plain;
        m_hover = false;
        withdrawInput();
        setMatches({});
    }
    if (m_type != CellType::Markdown || m_editing) {
        makeEditor();
        m_editor->load(cell.source());
        markSource();
    } else {
        makeMarkdown();
        markSource();
    }
    refresh(cell, context);
    if (m_type == CellType::Code) updateOutputs(cell, 0);
}

void CellWidget::unbind()
{
    m_key.reset();
    m_cell.reset();
    if (m_outputs) m_outputs->setOutputs({});
    if (m_markdown) m_markdown->clearMarkdown();
    withdrawInput();
}

void CellWidget::refresh(const Cell& cell, const CellContext& context)
{
    const bool typeChanged = cell.type() != m_type;
    m_cell = cell;
    m_context = context;
    m_type = cell.type();
    if (typeChanged) {
        m_editing = m_editing || (m_type == CellType::Markdown && m_editor && m_editor->hasFocus());
        if (m_type != CellType::Markdown || m_editing) {
            makeEditor();
            if (m_editor->text() != cell.source()) m_editor->load(cell.source());
        }
    }
    m_sourceFolded = isFolded(cell, Fold::Source);
    m_outputsFolded = isFolded(cell, Fold::Outputs);
    m_hasOutputs = m_type == CellType::Code && !cell.outputs().empty();
    if (m_outputs) m_outputs->setScrolling(scrollingOf(cell));
    m_gutter->setRunnable(m_type == CellType::Code);
    m_gutter->setExecutionCount(cell.executionCount());
    if (m_editor) {
        m_editor->setLanguage(m_type == CellType::Code       ? context.language
                              : m_type == CellType::Markdown ? u"markdown"_s
                                                             : QString());
        m_editor->setWrapped(m_type != CellType::Code);
        m_editor->setLineNumbersVisible(context.lineNumbers && m_type == CellType::Code);
        m_editor->setAutoClosing(context.autoClose);
    }
    if (m_type == CellType::Markdown && !m_editing) loadMarkdown();
    showParts();
    updateName();
}

void CellWidget::updateOutputs(const Cell& cell, int first)
{
    m_cell = cell;
    const bool had = std::exchange(m_hasOutputs, m_type == CellType::Code && !cell.outputs().empty());
    if (m_hasOutputs || had) {
        makeOutputs();
        if (!had)
            m_outputs->setOutputs(cell.outputs());
        else
            m_outputs->updateOutputs(cell.outputs(), first);
    }
    if (had != m_hasOutputs) showParts();
}

void CellWidget::applyText(const Cell& cell, qsizetype position, qsizetype removed, const QString& inserted)
{
    m_cell = cell;
    if (m_editor && (m_type != CellType::Markdown || m_editing))
        m_editor->applyChange(position, removed, inserted);
    else if (m_type == CellType::Markdown)
        loadMarkdown();
}

void CellWidget::follow(const Cell& cell)
{
    m_cell = cell;
}

void CellWidget::setRun(const runtime::CellRun& run)
{
    m_run = run;
    m_gutter->setRun(run);
    updateName();
}

void CellWidget::setStanding(CellStanding standing)
{
    if (m_standing == standing) return;
    m_standing = standing;
    updateGutterHeat();
    update();
}

void CellWidget::setPlace(int index, int count)
{
    if (m_index == index && m_count == count) return;
    m_index = index;
    m_count = count;
    updateName();
}

void CellWidget::setMath(const MathContext& math)
{
    const bool same = m_math.looksLike(math);
    m_math = math;
    if (!same && m_key && m_type == CellType::Markdown && !m_editing) loadMarkdown();
}

void CellWidget::setHiddenBelow(int cells)
{
    if (m_hiddenBelow == cells) return;
    m_hiddenBelow = cells;
    showParts();
}

void CellWidget::askInput(const QString& prompt, bool password)
{
    if (!m_input) {
        m_input = new InputPrompt(m_services.appearance, this);
        connect(m_input, &InputPrompt::answered, this, &CellWidget::inputAnswered);
    }
    m_input->show();
    showParts();
    m_input->ask(prompt, password);
}

void CellWidget::withdrawInput()
{
    if (!hasInputPrompt()) return;
    m_input->hide();
    showParts();
}

bool CellWidget::hasBoundedOutput() const
{
    return m_hasOutputs && m_outputs && m_outputs->isBounded();
}

bool CellWidget::hasInputPrompt() const
{
    return m_input && !m_input->isHidden();
}

CodeEditor* CellWidget::editor() const
{
    return m_editor && !m_editor->isHidden() ? m_editor : nullptr;
}

CodeEditor* CellWidget::focusableEditor()
{
    if (m_type == CellType::Markdown) setEditing(true);
    return editor();
}

void CellWidget::setEditing(bool editing)
{
    if (m_type != CellType::Markdown || m_editing == editing || !m_cell) return;
    m_editing = editing;
    if (editing) {
        // The rendered text may have the focus; hidden, it would give it to whoever comes next.
        makeEditor();
        m_editor->show();
        m_editor->setFocus();
    }
    bind(*m_cell, m_context);
}

void CellWidget::makeEditor()
{
    if (m_editor) return;
    m_editor = new CodeEditor(m_services.appearance, m_services.highlighting, this);
    connect(m_editor, &CodeEditor::textEdited, this, &CellWidget::textEdited);
    connect(m_editor, &CodeEditor::editGroupBegan, this, &CellWidget::editGroupBegan);
    connect(m_editor, &CodeEditor::editGroupEnded, this, &CellWidget::editGroupEnded);
    connect(m_editor, &CodeEditor::focusGained, this, &CellWidget::editorFocused);
    connect(m_editor, &CodeEditor::contentHeightChanged, this, &CellWidget::place);
    Q_EMIT editorCreated(m_editor);
}

void CellWidget::makeMarkdown()
{
    if (m_markdown) return;
    m_markdown = new MarkdownView(m_services.markdown, this);
    connect(m_markdown, &MarkdownView::heightChanged, this, &CellWidget::place);
    connect(m_markdown, &MarkdownView::ready, this, &CellWidget::place);
    connect(m_markdown, &MarkdownView::linkActivated, this, &CellWidget::linkActivated);
    connect(m_markdown, &MarkdownView::editRequested, this, &CellWidget::editRequested);
}

void CellWidget::makeOutputs()
{
    if (m_outputs) return;
    m_outputs = new OutputArea(m_services.outputs, this);
    connect(m_outputs, &OutputArea::heightChanged, this, &CellWidget::place);
    connect(m_outputs, &OutputArea::linkActivated, this, &CellWidget::linkActivated);
    connect(m_outputs, &OutputArea::sourceLineActivated, this, &CellWidget::sourceLineActivated);
    m_outputs->setMatches(m_matches.outputs);
    if (m_cell) m_outputs->setScrolling(scrollingOf(*m_cell));
}

void CellWidget::loadMarkdown()
{
    makeMarkdown();
    MarkdownInput input;
    input.source = m_cell->source();
    input.attachments = m_cell->attachmentsJson();
    input.folder = m_context.folder;
    input.math = m_math;
    m_markdown->setMarkdown(std::move(input));
}

QToolButton* CellWidget::makeFoldButton(int fold)
{
    auto* button = new QToolButton(this);
    button->setIcon(icon(u"chevron-right"_s));
    button->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    button->setAutoRaise(true);
    button->setFocusPolicy(Qt::TabFocus);
    connect(button, &QToolButton::clicked, this, [this, fold] { Q_EMIT unfoldRequested(fold); });
    return button;
}

void CellWidget::showParts()
{
    const bool sourceShown = m_type != CellType::Markdown || m_editing;
    if (m_sourceFolded && !m_sourceFold) m_sourceFold = makeFoldButton(int(Fold::Source));
    if (m_outputsFolded && m_hasOutputs && !m_outputsFold) m_outputsFold = makeFoldButton(int(Fold::Outputs));
    if (m_hiddenBelow > 0 && !m_headingFold) m_headingFold = makeFoldButton(int(Fold::Heading));
    if (m_sourceFold) {
        m_sourceFold->setVisible(m_sourceFolded);
        const qsizetype lines = m_cell ? m_cell->source().count(u'\n') + 1 : 0;
        m_sourceFold->setText(tr("%n lines hidden", nullptr, int(lines)));
    }
    if (m_outputsFold) {
        m_outputsFold->setVisible(m_outputsFolded && m_hasOutputs);
        m_outputsFold->setText(tr("Output hidden"));
    }
    if (m_headingFold) {
        m_headingFold->setVisible(m_hiddenBelow > 0);
        m_headingFold->setText(tr("%n cells hidden", nullptr, m_hiddenBelow));
    }
    if (m_editor) m_editor->setVisible(sourceShown && !m_sourceFolded);
    if (m_markdown) m_markdown->setVisible(!sourceShown && !m_sourceFolded);
    if (m_outputs) m_outputs->setVisible(m_hasOutputs && !m_outputsFolded);
    place();
}

CellWidget::Parts CellWidget::arrange(int width) const
{
    Parts parts;
    const int gutter = CellGutter::widthFor(m_services.appearance);
    const int left = barWidth + gutter, inner = std::max(40, width - left - rightMargin);
    int y = padding;
    const auto take = [&](int height) {
        const QRect rect(left, y, inner, height);
        y += height + gap;
        return rect;
    };
    if (m_sourceFold && !m_sourceFold->isHidden()) parts.sourceFold = take(foldHeight);
    if (m_editor && !m_editor->isHidden()) parts.editor = take(m_editor->contentHeight() + 2 * frame);
    if (m_markdown && !m_markdown->isHidden()) parts.markdown = take(markdownHeight(inner));
    if (m_headingFold && !m_headingFold->isHidden()) parts.headingFold = take(foldHeight);
    if (hasInputPrompt()) parts.input = take(m_input->sizeHint().height());
    if (m_outputsFold && !m_outputsFold->isHidden()) parts.outputsFold = take(foldHeight);
    if (m_outputs && !m_outputs->isHidden()) parts.outputs = take(m_outputs->heightForWidth(inner));
    parts.height = std::max(y - gap + padding, m_gutter->sizeHint().height());
    parts.gutter = QRect(barWidth, 0, gutter, parts.height);
    return parts;
}

int CellWidget::markdownHeight(int width) const
{
    const int hint = m_heightHint - 2 * padding;
    return m_markdown->isReady() || hint <= 0 ? m_markdown->heightForWidth(width) : hint;
}

int CellWidget::heightForWidth(int width) const
{
    return arrange(width).height;
}

void CellWidget::place()
{
    if (m_placing || !m_key) return;
    m_placing = true;
    const Parts parts = arrange(width());
    m_gutter->setGeometry(parts.gutter);
    const auto put = [](QWidget* widget, const QRect& rect) {
        if (widget && rect.isValid()) widget->setGeometry(rect);
    };
    const auto putFold = [](QToolButton* button, const QRect& rect) {
        if (button && rect.isValid())
            button->setGeometry(QRect(rect.topLeft(), QSize(button->sizeHint().width(), rect.height())));
    };
    putFold(m_sourceFold, parts.sourceFold);
    putFold(m_outputsFold, parts.outputsFold);
    putFold(m_headingFold, parts.headingFold);
    put(m_markdown, parts.markdown);
    put(m_input, parts.input);
    put(m_outputs, parts.outputs);
    m_editorArea = parts.editor;
    if (parts.editor.isValid()) placeEditor(parts.editor.adjusted(frame, frame, -frame, -frame));
    m_placing = false;
    update();
    if (parts.height != height()) Q_EMIT heightChanged();
}

void CellWidget::placeEditor(const QRect& area)
{
    // An editor lays out every line that it shows, so a long one shows the visible band alone.
    constexpr int spareLines = 4;
    const int line = std::max(1, m_editor->lineHeight());
    const int bandHeight = std::max(m_bandBottom - m_bandTop, 20 * line);
    if (area.height() <= 2 * bandHeight) {
        m_editor->setGeometry(area);
        m_editor->setFirstDisplayLine(0);
        return;
    }
    const int lines = m_editor->displayLineCount();
    const int shown = bandHeight / line + 2 * spareLines;
    const int above = std::max(0, m_bandTop - area.top()) / line - spareLines;
    const int first = std::clamp(above, 0, std::max(0, lines - shown));
    const bool toEnd = first + shown >= lines;
    const int top = area.top() + first * line;
    m_editor->setGeometry(area.left(), top, area.width(), toEnd ? area.bottom() + 1 - top : shown * line);
    m_editor->setFirstDisplayLine(first);
}

void CellWidget::setVisibleBand(int top, int bottom)
{
    if (m_bandTop == top && m_bandBottom == bottom) return;
    m_bandTop = top;
    m_bandBottom = bottom;
    if (editor() && m_editorArea.height() > 2 * std::max(bottom - top, 1))
        placeEditor(m_editorArea.adjusted(frame, frame, -frame, -frame));
}

void CellWidget::resizeEvent(QResizeEvent*)
{
    place();
}

void CellWidget::paintEvent(QPaintEvent*)
{
    const Theme& theme = m_services.appearance.theme();
    QPainter painter(this);
    if (m_standing != CellStanding::Plain) {
        QColor tint = theme.accent;
        if (m_standing == CellStanding::Selected) {
            tint.setAlphaF(0.10F);
            painter.fillRect(rect(), tint);
        }
        painter.fillRect(QRect(0, padding, barWidth, height() - 2 * padding), theme.accent);
    }
    if (m_editorArea.isValid() && editor()) {
        const bool focused = m_editor->hasFocus();
        painter.setPen(focused ? theme.accent : theme.border);
        painter.setBrush(theme.editor);
        painter.drawRect(m_editorArea.adjusted(0, 0, -1, -1));
    }
}

void CellWidget::mousePressEvent(QMouseEvent* event)
{
    if (event->button() == Qt::LeftButton) Q_EMIT pressed(event->modifiers());
    QWidget::mousePressEvent(event);
}

void CellWidget::enterEvent(QEnterEvent*)
{
    m_hover = true;
    updateGutterHeat();
}

void CellWidget::leaveEvent(QEvent*)
{
    m_hover = false;
    updateGutterHeat();
}

void CellWidget::updateGutterHeat()
{
    m_gutter->setHot(m_hover);
}

void CellWidget::updateName()
{
    QString kind = m_type == CellType::Code       ? tr("Code cell %1 of %2")
                   : m_type == CellType::Markdown ? tr("Text cell %1 of %2")
                                                  : tr("Raw cell %1 of %2");
    kind = kind.arg(m_index + 1).arg(m_count);
    QString state;
    if (m_run.phase == RunPhase::Running)
        state = tr("running");
    else if (m_run.phase == RunPhase::Queued)
        state = tr("waiting");
    else if (m_run.phase == RunPhase::Done && m_run.outcome == RunOutcome::Ok)
        state = tr("done");
    else if (m_run.phase == RunPhase::Done)
        state = m_run.outcome == RunOutcome::Cancelled ? tr("not run") : tr("failed");
    const QString name = state.isEmpty() ? kind : kind + u", "_s + state;
    setAccessibleName(name);
    if (m_editor) m_editor->setAccessibleName(name);
}

} // namespace cahier::widgets
