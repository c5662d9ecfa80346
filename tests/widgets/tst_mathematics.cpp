// SPDX-License-Identifier: GPL-3.0-or-later
// Finding mathematics in Markdown, and numbering its equations: no window needed.
#include <widgets/mathematics/equations.h>
#include <widgets/mathematics/formulareader.h>

#include <QElapsedTimer>
#include <QTest>

using namespace cahier::widgets;
using namespace Qt::StringLiterals;

class TestMathematics : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void findMath_ofText_givesItsFormulas_data();
    void findMath_ofText_givesItsFormulas();
    void findMath_hostileText_isLinear_data();
    void findMath_hostileText_isLinear();
    void scanMath_ofFormula_givesRowsAndLabels_data();
    void scanMath_ofFormula_givesRowsAndLabels();
    void scanMath_definitions_areWhole();
    void numberEquations_acrossCells_countsInOrder();
    void numberEquations_ofTenThousandCells_isQuick();
    void formulaKeys_carryNumbersMacrosAndReferences();
    void pathFromData_allCommands_areRead();
    void transformFromText_list_appliesLeftToRight();
};

namespace {

/// Formulas as one text: i(…), d(…) or r(…), parted by blanks.
QString shown(const QString& text)
{
    QStringList parts;
    for (const MathSpan& span : findMath(text)) {
        const QChar kind = u"idr"_s[int(span.kind)];
        parts.append(u"%1(%2)"_s.arg(kind).arg(span.tex));
    }
    return parts.join(u' ');
}

} // namespace

void TestMathematics::findMath_ofText_givesItsFormulas_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("found");
    QTest::newRow("inline") << u"so $x_1$ and $y_1$."_s << u"i(x_1) i(y_1)"_s;
    QTest::newRow("spaces inside") << u"so $ x $."_s << u"i( x )"_s;
    QTest::newRow("display") << u"a $$x\n= y$$ b"_s << u"d(x\n= y)"_s;
    QTest::newRow("parentheses") << u"a \\(x\\) and \\(a+b\\) b"_s << u"i(x) i(a+b)"_s;
    QTest::newRow("brackets") << u"\\[\n x = 1\n\\]"_s << u"d(\n x = 1\n)"_s;
    QTest::newRow("double backslashes") << u"\\\\(optional\\\\) \\\\[x\\\\]"_s << u"i(optional) d(x)"_s;
    QTest::newRow("escaped brackets") << u"\\[optional\\] \\(see below\\) \\[x=1\\](y)"_s << QString();
    QTest::newRow("environment") << u"\\begin{align*}a&=b\\\\c\\end{align*}"_s
                                 << u"d(\\begin{align*}a&=b\\\\c\\end{align*})"_s;
    QTest::newRow("nested environments")
        << u"\\begin{a}\\begin{a}x\\end{a}\\end{a}"_s << u"d(\\begin{a}\\begin{a}x\\end{a}\\end{a})"_s;
    QTest::newRow("dollars inside braces") << u"$\\text{if $x$}$"_s << u"i(\\text{if $x$})"_s;
    QTest::newRow("escaped dollar") << u"costs \\$5, not $x$"_s << u"i(x)"_s;
    QTest::newRow("amounts") << u"between $5 and $6"_s << QString();
    QTest::newRow("amounts and a formula") << u"from $5 to $10, then $x$"_s << u"i(x)"_s;
    QTest::newRow("one amount") << u"it costs $5 and $x$ is free"_s << u"i(x)"_s;
    QTest::newRow("numbers") << u"is $5$ or $10\\,$m"_s << u"i(5) i(10\\,)"_s;
    QTest::newRow("code span") << u"`$x$` and ``a ` $y$`` $z$"_s << u"i(z)"_s;
    QTest::newRow("unclosed code span") << u"a ` b $z$"_s << u"i(z)"_s;
    QTest::newRow("fence") << u"```python\n$x$\n\n$y$\n```\n$z$"_s << u"i(z)"_s;
    QTest::newRow("unclosed fence") << u"~~~\n$x$\n```\n$z$"_s << QString();
    QTest::newRow("indented code") << u"a\n\n    $x$\n    $y$\n\n    $y$\n\n$z$"_s << u"i(z)"_s;
    QTest::newRow("indented in a list") << u"- a\n\n    $x$\n\nb\n\n    $y$"_s << u"i(x)"_s;
    QTest::newRow("continued line") << u"a\n    $x$"_s << u"i(x)"_s;
    QTest::newRow("empty line between") << u"$x\n\ny$"_s << QString();
    QTest::newRow("unclosed") << u"$$x and $y$"_s << u"i(y)"_s;
    QTest::newRow("quoted") << u"> a $x$\n> ```\n> $y$\n> ```"_s << u"i(x)"_s;
    QTest::newRow("references") << u"by \\eqref{a:b} and \\ref{c}, `\\ref{d}`"_s << u"r(a:b) r(c)"_s;
}

void TestMathematics::findMath_ofText_givesItsFormulas()
{
    QFETCH(const QString, text);
    QTEST(shown(text), "found");
}

void TestMathematics::findMath_hostileText_isLinear_data()
{
    QTest::addColumn<QString>("pattern");
    for (const char* pattern :
         {"$", "$$", "`", "$1 {", "${", "\\(", "\\[x", "\\begin{a}", "\\begin{a}{", "`` `", "$$ `", "> ",
          "\\eqref{", "\\ref", "- $", "$1$1", "{$a}", "`a``b```c"})
        QTest::newRow(pattern) << QString::fromLatin1(pattern);
}

void TestMathematics::findMath_hostileText_isLinear()
{
    QFETCH(const QString, pattern);
    QElapsedTimer clock;
    clock.start();
    const auto found = findMath(pattern.repeated(500'000 / pattern.size()));
    QVERIFY(found.size() <= 500'000);
    QVERIFY2(clock.elapsed() < 20'000, qPrintable(QString::number(clock.elapsed())));
}

void TestMathematics::scanMath_ofFormula_givesRowsAndLabels_data()
{
    QTest::addColumn<QString>("tex");
    QTest::addColumn<QString>("equations"); // # numbered, or (tag); with its label
    QTest::newRow("equation") << u"\\begin{equation}\\label{a}x\\end{equation}"_s << u"#a"_s;
    QTest::newRow("starred") << u"\\begin{equation*}x\\end{equation*}"_s << QString();
    QTest::newRow("rows") << u"\\begin{align}a\\\\b\\label{b}\\\\c\\end{align}"_s << u"# #b #"_s;
    QTest::newRow("empty last row") << u"\\begin{align}a\\\\\nb \\\\\n\\end{align}"_s << u"# #"_s;
    QTest::newRow("not numbered") << u"\\begin{align}a\\notag\\\\b\\nonumber\\\\c\\end{align}"_s << u"#"_s;
    QTest::newRow("tag") << u"\\begin{align}a\\tag{*}\\label{s}\\\\b\\end{align}"_s << u"(*)s #"_s;
    QTest::newRow("tag alone") << u"$$x \\tag{A}\\label{a}$$"_s << u"(A)a"_s;
    QTest::newRow("split") << u"\\begin{equation}\\begin{split}a\\\\b\\end{split}\\end{equation}"_s << u"#"_s;
    QTest::newRow("matrix in a row")
        << u"\\begin{gather}\\begin{matrix}1\\\\2\\end{matrix}\\\\b\\end{gather}"_s << u"# #"_s;
    QTest::newRow("multline") << u"\\begin{multline}a\\\\b\\\\c\\end{multline}"_s << u"#"_s;
    QTest::newRow("in dollars") << u"$$\\begin{align}a\\\\b\\end{align}$$"_s << u"# #"_s;
    QTest::newRow("comment") << u"\\begin{align}a % \\\\ no row\n\\\\b\\end{align}"_s << u"# #"_s;
    QTest::newRow("matrix") << u"$$\\begin{matrix}a\\\\b\\end{matrix}$$"_s << QString();
}

void TestMathematics::scanMath_ofFormula_givesRowsAndLabels()
{
    QFETCH(const QString, tex);
    QStringList rows;
    for (const Equation& equation : scanMath(tex).equations)
        rows.append((equation.numbered ? u"#"_s : u"(%1)"_s.arg(equation.tag)) + equation.label);
    QTEST(rows.join(u' '), "equations");
}

void TestMathematics::scanMath_definitions_areWhole()
{
    const CellMath cell =
        scanMath(u"$\\newcommand{\\R}{\\mathbb{R}}\\newcommand\\two[2][x]{#1#2}$ text "
                 u"$\\def\\a#1{b#1}\\let\\b=\\a x$\n\n"
                 "$$\\DeclareMathOperator*{\\argmin}{arg\\,min}$$ $\\newcommand{\\open}{$"_s);
    QCOMPARE(cell.definitions,
             QStringList({u"\\newcommand{\\R}{\\mathbb{R}}"_s, u"\\newcommand\\two[2][x]{#1#2}"_s,
                          u"\\def\\a#1{b#1}"_s, u"\\let\\b=\\a"_s,
                          u"\\DeclareMathOperator*{\\argmin}{arg\\,min}"_s}));
}

void TestMathematics::numberEquations_acrossCells_countsInOrder()
{
    const std::vector<CellMath> cells{
        scanMath(u"$\\def\\a{b}$"_s), scanMath(u"\\begin{align}a\\label{one}\\\\b\\end{align}"_s),
        scanMath(u"nothing"_s),
        scanMath(u"\\begin{equation}\\label{three}x\\end{equation} $$y\\tag{A}\\label{tag}$$"_s)};
    const std::vector<MathContext> contexts = numberEquations(cells);
    QCOMPARE(contexts.size(), size_t(4));
    QCOMPARE(contexts[0].numberFrom, 1);
    QCOMPARE(contexts[1].numberFrom, 1);
    QCOMPARE(contexts[2].numberFrom, 3);
    QCOMPARE(contexts[3].numberFrom, 3);
    QCOMPARE(contexts[0].definitions.size(), 0);
    QCOMPARE(contexts[3].definitions, QStringList{u"\\def\\a{b}"_s});
    QCOMPARE(contexts[0].tagOf(u"one"_s), u"1"_s);
    QCOMPARE(contexts[0].tagOf(u"three"_s), u"3"_s);
    QCOMPARE(contexts[0].tagOf(u"tag"_s), u"A"_s);
    QCOMPARE(contexts[0].tagOf(u"nowhere"_s), u"???"_s);
    QCOMPARE(contexts[0].labels->value(u"three"_s).cell, 3);
    QVERIFY(contexts[2].looksLike(contexts[2]));
    QVERIFY(!contexts[2].looksLike(contexts[1]));
}

void TestMathematics::numberEquations_ofTenThousandCells_isQuick()
{
    QElapsedTimer clock;
    clock.start();
    std::vector<CellMath> cells;
    for (int i = 0; i < 10'000; ++i)
        cells.push_back(scanMath(i % 10 == 0 ? u"\\begin{equation}\\label{e%1}x\\end{equation}"_s.arg(i)
                                             : u"Text with $\\alpha_%1$ in it, and more of it."_s.arg(i)));
    QCOMPARE(numberEquations(cells).back().numberFrom, 1001);
    QVERIFY2(clock.elapsed() < 2000, qPrintable(QString::number(clock.elapsed())));
}

void TestMathematics::formulaKeys_carryNumbersMacrosAndReferences()
{
    const QString text =
        u"$\\def\\a{b}\\a$ $\\a$ \\eqref{x} \\begin{align}p\\\\q\\label{x}\\end{align} $\\eqref{x}$"_s;
    const std::vector<CellMath> cells{scanMath(text)};
    MathContext context = numberEquations(cells)[0];
    const std::vector<FormulaKey> keys = formulaKeys(findMath(text), context);
    QCOMPARE(keys.size(), size_t(5));
    QCOMPARE(keys[0].definitions, QStringList());
    QCOMPARE(keys[1].definitions, QStringList{u"\\def\\a{b}"_s});
    QCOMPARE(keys[1].numberFrom, 0);
    QCOMPARE(keys[2], FormulaKey());
    QCOMPARE(keys[3].numberFrom, 1);
    QVERIFY(keys[3].display);
    QCOMPARE(keys[4].references, (QList<std::pair<QString, QString>>{{u"x"_s, u"2"_s}}));
}

void TestMathematics::pathFromData_allCommands_areRead()
{
    const QPainterPath path = FormulaReader::pathFromData(
        u"M0 0H10V10L5 15Q0 20 -5 15T-10 -.5C1 1 2-2 3e0 3S5 5,6 6Zm1 1l2 2h-1v1 q1 1 2 0z"_s);
    QVERIFY(path.boundingRect().contains(QRectF(-9, 0, 18, 14)));
    QCOMPARE(path.elementAt(1).x, 10.0);
    QCOMPARE(path.elementAt(2).y, 10.0);
    QCOMPARE(FormulaReader::pathFromData(u"M0 0L1 1 2 2 nonsense"_s).elementCount(), 3);
    QVERIFY(FormulaReader::pathFromData(u"5 5"_s).isEmpty());
}

void TestMathematics::transformFromText_list_appliesLeftToRight()
{
    const QTransform transform =
        FormulaReader::transformFromText(u"translate(10 0) scale(2, -1) rotate(90)"_s);
    QCOMPARE(transform.map(QPointF(1, 0)), QPointF(10, -1));
    QCOMPARE(FormulaReader::transformFromText(u"matrix(1 0 0 -1 3 4)"_s).map(QPointF(1, 1)), QPointF(4, 3));
}

QTEST_GUILESS_MAIN(TestMathematics)
#include "tst_mathematics.moc"
