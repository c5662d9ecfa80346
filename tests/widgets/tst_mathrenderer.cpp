// SPDX-License-Identifier: GPL-3.0-or-later
// MathJax itself, on its worker thread.
#include <widgets/mathematics/equations.h>
#include <widgets/mathematics/mathrenderer.h>

#include <QImage>
#include <QPainter>
#include <QSignalSpy>
#include <QTest>

using namespace cahier::widgets;
using namespace Qt::StringLiterals;

class TestMathRenderer : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void find_beforeAndAfterRequest_givesTheFormula();
    void typeset_ofFormula_fits_data();
    void typeset_ofFormula_fits();
    void typeset_mistake_givesMathJaxsMessage_data();
    void typeset_mistake_givesMathJaxsMessage();
    void typeset_macros_holdWhereTheyAreGiven();
    void typeset_numbers_areThoseThatTheScanCounts_data();
    void typeset_numbers_areThoseThatTheScanCounts();
    void request_visibleFirst_andCancelledNever();
    void request_runaway_isEndedAndTheNextWorks();
    void destroy_whileTypesetting_endsSoon();
    void paint_inColour_marksPixels();

private:
    std::shared_ptr<const Formula> typeset(const FormulaKey& key);
    MathRenderer m_renderer;
};

namespace {

constexpr int patience = 60'000; // a machine under load, with sanitizers

FormulaKey keyOf(const QString& tex, bool display = true)
{
    return {.tex = tex, .display = display};
}

} // namespace

std::shared_ptr<const Formula> TestMathRenderer::typeset(const FormulaKey& key)
{
    m_renderer.request(key, this);
    if (!QTest::qWaitFor([&] { return m_renderer.find(key) != nullptr; }, patience)) return nullptr;
    return m_renderer.find(key);
}

void TestMathRenderer::find_beforeAndAfterRequest_givesTheFormula()
{
    MathRenderer renderer;
    QSignalSpy ready(&renderer, &MathRenderer::formulaReady);
    QVERIFY(!renderer.find(keyOf(u"x"_s)));
    renderer.request(keyOf(u"x"_s), this);
    QTRY_COMPARE_WITH_TIMEOUT(ready.count(), 1, patience);
    QVERIFY(renderer.find(keyOf(u"x"_s)));
    QVERIFY(!renderer.find(keyOf(u"x"_s, false)));
    renderer.request(keyOf(u"x"_s), this); // of what is there already: announced again
    QTRY_COMPARE(ready.count(), 2);
}

void TestMathRenderer::typeset_ofFormula_fits_data()
{
    QTest::addColumn<QString>("tex");
    for (const char* tex :
         {"x^2", "\\frac{1}{\\sigma\\sqrt{2\\pi}} e^{-\\frac12 x^2}",
          "\\begin{pmatrix}1&2\\\\3&4\\end{pmatrix}",
          "\\left\\{\\begin{array}{c}1\\\\2\\\\3\\\\4\\\\5\\\\6\\end{array}\\right.",
          "\\cancel{x} \\color{red}{y} \\boldsymbol{z} \\mathbb{R}", "\\ce{H2O + CO2 -> X}",
          "\\text{train_loss}", "\\begin{align}a&=b\\\\c&=d\\end{align}", "a \\tag{3}",
          "\\begin{multline}a\\\\b\\end{multline}", "\\require{cancel}\\cancel{x}",
          "\\href{https://example.org}{x}", "\\underbrace{a+b}_{n}",
          "\\begin{array}{|c:c|}\\hline 1&2\\\\ \\hdashline 3&4\\end{array}", "\\boxed{E=mc^2}",
          "\\begin{CD}A @>a>> B\\end{CD}", "\\braket{a|b}", "\\begin{cases}1\\\\2\\end{cases}"})
        QTest::newRow(tex) << QString::fromUtf8(tex);
}

void TestMathRenderer::typeset_ofFormula_fits()
{
    QFETCH(const QString, tex);
    const auto formula = typeset(keyOf(tex));
    QVERIFY(formula);
    QVERIFY2(formula->error.isEmpty(), qPrintable(formula->error));
    QVERIFY(!formula->shapes.empty());
    QVERIFY(formula->svg.startsWith("<svg "));
    QVERIFY2(!formula->svg.contains("href"), formula->svg.constData());
    QRectF bounds;
    for (const FormulaShape& shape : formula->shapes)
        bounds |= shape.transform.mapRect(shape.path.boundingRect());
    const QRectF box(0, -formula->height, formula->width, formula->height + formula->depth);
    QVERIFY2(box.adjusted(-.2, -.2, .2, .2).contains(bounds),
             qPrintable(u"%1 %2 %3 %4, box %5 %6"_s.arg(bounds.x())
                            .arg(bounds.y())
                            .arg(bounds.right())
                            .arg(bounds.bottom())
                            .arg(box.y())
                            .arg(box.right())));
}

void TestMathRenderer::typeset_mistake_givesMathJaxsMessage_data()
{
    QTest::addColumn<QString>("tex");
    QTest::addColumn<QString>("message");
    QTest::newRow("argument") << u"\\frac{a}"_s << u"Missing argument for \\frac"_s;
    QTest::newRow("unknown") << u"\\nosuch"_s << u"Undefined control sequence \\nosuch"_s;
    QTest::newRow("brace") << u"{a"_s << u"missing close brace"_s;
    QTest::newRow("recursion") << u"\\def\\a{\\a}\\a"_s << u"maximum macro substitution"_s;
    QTest::newRow("too long") << u"x"_s.repeated(3'000'000) << u"too long"_s;
    QTest::newRow("deep") << u"{"_s.repeated(9'000) << u"brace"_s;
}

void TestMathRenderer::typeset_mistake_givesMathJaxsMessage()
{
    QFETCH(const QString, tex);
    QFETCH(const QString, message);
    const auto formula = typeset(keyOf(tex));
    QVERIFY(formula);
    QVERIFY2(formula->error.contains(message), qPrintable(formula->error));
    QVERIFY(formula->shapes.empty());
}

void TestMathRenderer::typeset_macros_holdWhereTheyAreGiven()
{
    FormulaKey with = keyOf(u"\\R\\norm{x}"_s);
    with.definitions = {u"\\newcommand{\\R}{\\mathbb{R}}"_s, u"\\broken{"_s, u"\\def\\norm#1{\\|#1\\|}"_s};
    QCOMPARE(typeset(with)->error, QString());
    QVERIFY(!typeset(keyOf(u"\\R"_s))->error.isEmpty());
    QCOMPARE(typeset(keyOf(u"\\def\\mine{x}\\mine"_s))->error, QString());
    QVERIFY(!typeset(keyOf(u"\\mine"_s))->error.isEmpty());
}

void TestMathRenderer::typeset_numbers_areThoseThatTheScanCounts_data()
{
    QTest::addColumn<QString>("tex");
    for (const char* tex :
         {"\\begin{equation}x\\end{equation}", "\\begin{align}a\\\\b\\\\\\end{align}",
          "\\begin{gather}a\\notag\\\\b\\\\c\\tag{x}\\end{gather}",
          "\\begin{eqnarray}a&=&b\\\\c&=&d\\end{eqnarray}", "\\begin{multline}a\\\\b\\end{multline}",
          "\\begin{alignat}{2}a&=b&c&=d\\\\e\\end{alignat}", "\\begin{flalign}a\\\\b\\end{flalign}",
          "\\begin{equation}\\begin{aligned}a\\\\b\\end{aligned}\\end{equation}", "x\\tag{1}",
          "\\begin{numcases}{x=}1&a\\\\2&b\\end{numcases}"})
        QTest::newRow(tex) << QString::fromUtf8(tex);
}

void TestMathRenderer::typeset_numbers_areThoseThatTheScanCounts()
{
    QFETCH(const QString, tex);
    const CellMath cell = scanMath(u"$$"_s + tex + u"$$"_s);
    const auto formula = typeset(formulaKeys(findMath(u"$$"_s + tex + u"$$"_s), {})[0]);
    QVERIFY(formula);
    QCOMPARE(formula->error, QString());
    QCOMPARE(formula->tagSvg.count("mjx-eqn:"), qsizetype(cell.equations.size()));
}

void TestMathRenderer::request_visibleFirst_andCancelledNever()
{
    MathRenderer renderer;
    QStringList order;
    connect(&renderer, &MathRenderer::formulaReady, this,
            [&](const FormulaKey& key) { order.append(key.tex); });
    QObject leaving;
    auto gone = std::make_unique<QObject>();
    renderer.request(keyOf(u"1"_s), this); // in work at once
    renderer.request(keyOf(u"4"_s), this, MathRenderer::Urgency::Soon);
    renderer.request(keyOf(u"no"_s), &leaving);
    renderer.request(keyOf(u"never"_s), gone.get());
    renderer.request(keyOf(u"2"_s), this);
    renderer.request(keyOf(u"3"_s), this, MathRenderer::Urgency::Soon);
    renderer.request(keyOf(u"3"_s), &leaving); // somebody sees it
    renderer.cancel(&leaving);
    gone.reset();
    QTRY_COMPARE_WITH_TIMEOUT(order.size(), 4, patience);
    QCOMPARE(order, QStringList({u"1"_s, u"2"_s, u"3"_s, u"4"_s}));
}

void TestMathRenderer::request_runaway_isEndedAndTheNextWorks()
{
    MathRenderer renderer;
    renderer.request(keyOf(u"x"_s), this);
    QTRY_VERIFY_WITH_TIMEOUT(renderer.find(keyOf(u"x"_s)), patience);
    renderer.setTimeLimit(std::chrono::milliseconds(300));
    const FormulaKey slow =
        keyOf(u"\\sqrt{x+\\frac{1}{y}} \\begin{pmatrix}1&2\\\\3&4\\end{pmatrix}"_s.repeated(300));
    renderer.request(slow, this);
    QTRY_VERIFY_WITH_TIMEOUT(renderer.find(slow), patience);
    QVERIFY2(renderer.find(slow)->error.contains(u"too long"_s), qPrintable(renderer.find(slow)->error));
    renderer.setTimeLimit(std::chrono::milliseconds(patience));
    renderer.request(keyOf(u"y"_s), this);
    QTRY_VERIFY_WITH_TIMEOUT(renderer.find(keyOf(u"y"_s)), patience);
    QCOMPARE(renderer.find(keyOf(u"y"_s))->error, QString());
}

void TestMathRenderer::destroy_whileTypesetting_endsSoon()
{
    for (int i = 0; i < 3; ++i) {
        MathRenderer renderer;
        for (int n = 0; n < 20; ++n)
            renderer.request(keyOf(u"x_{%1}"_s.arg(n)), this);
    }
}

void TestMathRenderer::paint_inColour_marksPixels()
{
    const auto formula = typeset(keyOf(u"\\frac{a}{b} \\color{#00ff00}{\\rule{1em}{1em}}"_s));
    QVERIFY(formula);
    QImage image(200, 100, QImage::Format_ARGB32_Premultiplied);
    image.fill(Qt::white);
    QPainter painter(&image);
    paintFormula(painter, *formula, QPointF(10, 50), 30, QColor(0x0000ff));
    painter.end();
    QSet<QRgb> colours;
    for (int y = 0; y < image.height(); ++y)
        for (int x = 0; x < image.width(); ++x)
            colours.insert(image.pixel(x, y));
    QVERIFY(colours.contains(0xff0000ff));
    QVERIFY(colours.contains(0xff00ff00));
}

QTEST_MAIN(TestMathRenderer)
#include "tst_mathrenderer.moc"
