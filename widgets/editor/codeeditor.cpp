// SPDX-License-Identifier: GPL-3.0-or-later
// The contents: loading, changes from elsewhere and by the user, what is told about them.
#include <widgets/editor/codeeditor.h>

#include <widgets/editor/completionpopup.h>
#include <widgets/editor/editoraction.h>
#include <widgets/editor/highlighting.h>
#include <widgets/editor/inspectiontip.h>
#include <widgets/editor/linecolours.h>
#include <widgets/editor/utf8.h>
#include <widgets/theme/appearance.h>
#include <widgets/theme/thinscrollbar.h>

#include <QGuiApplication>
#include <QInputMethod>

using namespace Qt::StringLiterals;

namespace cahier::widgets {

namespace {

constexpr int toldChanges = QsciScintillaBase::SC_MOD_INSERTTEXT | QsciScintillaBase::SC_MOD_DELETETEXT |
                            QsciScintillaBase::SC_MOD_BEFOREDELETE;
/// A longer document is thrown away with its memory when the editor gets another text.
constexpr long keptDocument = 64 * 1024;
/// A cell magic stands in the first line that is not empty.
constexpr long headLength = 500;

} // namespace

CodeEditor::CodeEditor(const Appearance& appearance, Highlighting& highlighting, QWidget* parent)
    : QsciScintillaBase(parent), m_appearance(appearance), m_highlighting(highlighting),
      m_colours(std::make_unique<LineColours>(highlighting))
{
    setFrameShape(QFrame::NoFrame);
    setAutoFillBackground(true);
    replaceHorizontalScrollBar(new ThinScrollBar(appearance, Qt::Horizontal, this));
    setUp();
    setUpDocument();
    m_colours->reset(1);
    m_colouring.setSingleShot(true);
    m_colouring.setInterval(0);
    connect(&m_colouring, &QTimer::timeout, this, &CodeEditor::colourMore);
    connect(this, &QsciScintillaBase::SCN_MODIFIED, this,
            [this](int position, int type, const char* text, int length, int linesAdded) {
                handleModified(position, type, text, length, linesAdded);
            });
    connect(this, &QsciScintillaBase::SCN_STYLENEEDED, this, &CodeEditor::styleNeeded);
    // It comes while painting; what happens then (scrolling, signals) must wait until that is done.
    connect(
        this, &QsciScintillaBase::SCN_UPDATEUI, this,
        [this] {
            if (m_actionDepth == 0) settle();
        },
        Qt::QueuedConnection);
    connect(verticalScrollBar(), &QScrollBar::rangeChanged, this, &CodeEditor::updateContentHeight,
            Qt::QueuedConnection);
    connect(&appearance, &Appearance::changed, this, &CodeEditor::applyAppearance);
    connect(&highlighting, &Highlighting::coloursChanged, this, &CodeEditor::colourAgain);
    connect(&highlighting, &Highlighting::loaded, this, [this] {
        m_colours->updateDefinition();
        if (m_colours->firstStale() < m_colours->lineCount()) m_colouring.start();
    });
    applyAppearance();
}

CodeEditor::~CodeEditor() = default;

long CodeEditor::send(unsigned message, long first, long second) const
{
    return SendScintilla(message, static_cast<unsigned long>(first), second);
}

long CodeEditor::send(unsigned message, long first, const char* second) const
{
    return SendScintilla(message, static_cast<unsigned long>(first), second);
}

void CodeEditor::setUp()
{
    send(SCI_SETMODEVENTMASK, toldChanges);
    send(SCI_CLEARALLCMDKEYS);
    send(SCI_USEPOPUP, 0);
    send(SCI_SETBUFFEREDDRAW, 0);
    send(SCI_SETLAYOUTCACHE, SC_CACHE_PAGE);
    for (int margin = 0; margin < 5; ++margin)
        send(SCI_SETMARGINWIDTHN, margin, 0L);
    send(SCI_SETMARGINTYPEN, 0, SC_MARGIN_NUMBER);
    send(SCI_SETVSCROLLBAR, 0);
    send(SCI_SETENDATLASTLINE, 0);
    send(SCI_SETSCROLLWIDTHTRACKING, 1);
    send(SCI_SETMOUSEDOWNCAPTURES, 0);
    send(SCI_SETMULTIPLESELECTION, 1);
    send(SCI_SETADDITIONALSELECTIONTYPING, 1);
    send(SCI_SETMULTIPASTE, SC_MULTIPASTE_EACH);
    send(SCI_SETVIRTUALSPACEOPTIONS, SCVS_RECTANGULARSELECTION);
    send(SCI_SETRECTANGULARSELECTIONMODIFIER, SCMOD_SUPER); // Alt is handled here
    send(SCI_SETPASTECONVERTENDINGS, 1);
    send(SCI_SETXCARETPOLICY, CARET_SLOP | CARET_EVEN, 24);
    send(SCI_SETYCARETPOLICY, 0);
    send(SCI_SETWRAPVISUALFLAGS, SC_WRAPVISUALFLAG_NONE);
    send(SCI_SETWRAPINDENTMODE, SC_WRAPINDENT_SAME);
    send(SCI_SETIDLESTYLING, SC_IDLESTYLING_NONE);
}

void CodeEditor::setUpDocument()
{
    send(SCI_SETCODEPAGE, SC_CP_UTF8);
    send(SCI_SETUNDOCOLLECTION, 0);
    send(SCI_SETLEXER, SCLEX_CONTAINER);
    send(SCI_SETTABWIDTH, 4);
    send(SCI_SETUSETABS, 0);
    send(SCI_ALLOCATELINECHARACTERINDEX, SC_LINECHARACTERINDEX_UTF16);
}

void CodeEditor::load(const QString& text)
{
    closePopups();
    if (m_composing) QGuiApplication::inputMethod()->reset();
    m_composing = false;
    m_preedit = {};
    m_edits = {};
    const bool readOnly = send(SCI_GETREADONLY) != 0;
    send(SCI_SETREADONLY, 0);
    send(SCI_SETMODEVENTMASK, 0);
    if (send(SCI_GETLENGTH) > keptDocument) {
        send(SCI_SETDOCPOINTER);
        setUpDocument();
    } else {
        send(SCI_CLEARALL);
    }
    const QByteArray utf8 = text.toUtf8();
    send(SCI_APPENDTEXT, utf8.size(), utf8.constData());
    send(SCI_SETMODEVENTMASK, toldChanges);
    send(SCI_SETREADONLY, readOnly ? 1 : 0);
    adoptLineEnds(text);
    if (utf8.contains('\r')) rebuildIndex();
    ++m_revision;
    m_colours->reset(int(send(SCI_GETLINECOUNT)));
    updateLanguage();
    send(SCI_SETEMPTYSELECTION, 0);
    send(SCI_SETXOFFSET, 0);
    m_lastCaret = m_lastAnchor = 0;
    m_rectangle.reset();
    setFirstDisplayLine(0);
    updateMargin();
    updateScrollWidth(true);
    matchBrackets();
    m_contentHeight = contentHeight();
    viewport()->update();
}

void CodeEditor::adoptLineEnds(const QString& text)
{
    const qsizetype first = text.indexOf(u'\n');
    long mode = SC_EOL_LF;
    if (first > 0 && text[first - 1] == u'\r')
        mode = SC_EOL_CRLF;
    else if (first < 0 && text.contains(u'\r'))
        mode = SC_EOL_CR;
    send(SCI_SETEOLMODE, mode);
}

void CodeEditor::applyChange(qsizetype position, qsizetype removed, const QString& inserted)
{
    if (m_composing) QGuiApplication::inputMethod()->commit();
    m_foreign = true;
    const bool readOnly = send(SCI_GETREADONLY) != 0;
    send(SCI_SETREADONLY, 0);
    replaceBytes(toBytes(position), toBytes(position + removed), inserted.toUtf8());
    send(SCI_SETREADONLY, readOnly ? 1 : 0);
    m_foreign = false;
    closePopups();
    m_lastCaret = send(SCI_GETCURRENTPOS);
    m_lastAnchor = send(SCI_GETANCHOR);
    settle();
}

void CodeEditor::replaceText(const TextRange& range, const QString& text)
{
    const Action action(*this);
    const long start = toBytes(range.start);
    const QByteArray utf8 = text.toUtf8();
    replaceBytes(start, toBytes(range.end()), utf8);
    send(SCI_SETEMPTYSELECTION, start + utf8.size());
}

void CodeEditor::replaceBytes(long start, long end, const QByteArray& text)
{
    SendScintilla(SCI_SETTARGETRANGE, static_cast<unsigned long>(start), end);
    send(SCI_REPLACETARGET, text.size(), text.constData());
}

QByteArray CodeEditor::bytes(long start, long end) const
{
    QByteArray result(end - start, Qt::Uninitialized);
    if (!result.isEmpty()) SendScintilla(SCI_GETTEXTRANGE, start, end, result.data());
    return result;
}

char CodeEditor::byteAt(long position) const
{
    return char(send(SCI_GETCHARAT, position)); // 0 outside of the text
}

QString CodeEditor::text() const
{
    return fromUtf8(bytes(0, send(SCI_GETLENGTH)));
}

QString CodeEditor::text(const TextRange& range) const
{
    return fromUtf8(bytes(toBytes(range.start), toBytes(range.end())));
}

qsizetype CodeEditor::textLength() const
{
    return toUnits(send(SCI_GETLENGTH));
}

const CellLanguage& CodeEditor::cellLanguage() const
{
    return m_colours->language();
}

void CodeEditor::setReadOnly(bool readOnly)
{
    send(SCI_SETREADONLY, readOnly ? 1 : 0);
}

void CodeEditor::setLanguage(const QString& notebookLanguage)
{
    if (notebookLanguage == m_language) return;
    m_language = notebookLanguage;
    updateLanguage();
}

void CodeEditor::updateLanguage()
{
    const QString head = fromUtf8(bytes(0, std::min(send(SCI_GETLENGTH), headLength)));
    m_colours->setLanguage(languageOfCell(head, m_language));
    if (m_colours->firstStale() >= m_colours->lineCount()) return;
    send(SCI_STARTSTYLING, 0);
    viewport()->update();
}

void CodeEditor::handleModified(int position, int type, const char* text, int length, int linesAdded)
{
    if ((type & SC_MOD_BEFOREDELETE) != 0) {
        // Afterwards nothing says what it was.
        m_deleting = m_foreign ? 0 : toUnits(position + length) - toUnits(position);
        m_deletesReturn = bytes(position, position + length).contains('\r');
        return;
    }
    const bool insertion = (type & SC_MOD_INSERTTEXT) != 0;
    if (!insertion && (type & SC_MOD_DELETETEXT) == 0) return;
    ++m_revision;
    const bool returns = insertion ? QByteArrayView(text, length).contains('\r') : m_deletesReturn;
    if (returns || (position > 0 && byteAt(position - 1) == '\r')) rebuildIndex();
    colourChangedLines(position, linesAdded);
    if (m_foreign) return;
    if (insertion)
        m_edits.insert(toUnits(position), fromUtf8(QByteArrayView(text, length)));
    else
        m_edits.remove(toUnits(position), m_deleting);
    if (m_actionDepth == 0) settle();
}

/// Scintilla miscounts where a line end becomes another by what is next to it.
void CodeEditor::rebuildIndex()
{
    send(SCI_RELEASELINECHARACTERINDEX, SC_LINECHARACTERINDEX_UTF16);
    send(SCI_ALLOCATELINECHARACTERINDEX, SC_LINECHARACTERINDEX_UTF16);
}

void CodeEditor::colourChangedLines(long position, int linesAdded)
{
    const int line = int(send(SCI_LINEFROMPOSITION, position));
    const int lineCount = int(send(SCI_GETLINECOUNT));
    if (m_colours->lineCount() + linesAdded == lineCount && line < m_colours->lineCount() &&
        line - linesAdded < m_colours->lineCount())
        m_colours->changeLine(line, linesAdded);
    if (m_colours->lineCount() != lineCount) m_colours->reset(lineCount);
    if (position < headLength) updateLanguage();
}

void CodeEditor::tellEdits()
{
    if (m_composing || m_edits.isEmpty()) return;
    const std::vector<TextChange> changes = m_edits.take();
    const bool several = changes.size() > 1;
    if (several) Q_EMIT editGroupBegan();
    for (const TextChange& change : changes)
        Q_EMIT textEdited(change.position, change.removed, change.inserted);
    if (several) Q_EMIT editGroupEnded();
}

void CodeEditor::beginAction()
{
    ++m_actionDepth;
}

void CodeEditor::endAction()
{
    if (--m_actionDepth > 0) return;
    m_userActs = true;
    settle();
    m_userActs = false;
}

void CodeEditor::settle()
{
    const bool edited = !m_edits.isEmpty();
    tellEdits();
    updateMargin();
    if (edited) updateScrollWidth(false);
    restoreFirstLine();
    updateContentHeight();
    const long caret = send(SCI_GETCURRENTPOS);
    const long anchor = send(SCI_GETANCHOR);
    const bool moved = caret != m_lastCaret || anchor != m_lastAnchor;
    m_lastCaret = caret;
    m_lastAnchor = anchor;
    matchBrackets();
    updateCurrentLine();
    followCompletions();
    if (moved) Q_EMIT cursorMoved();
    if (m_userActs && (moved || edited)) Q_EMIT revealRequested(cursorRect());
}

} // namespace cahier::widgets
