// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/theme/appearance.h>
#include <widgets/theme/icons.h>

#include <QApplication>
#include <QDirIterator>
#include <QSignalSpy>
#include <QTest>

using namespace cahier;
using namespace cahier::widgets;
using namespace Qt::StringLiterals;

class TestTheme : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void contrast_everyTextColour_isReadable_data();
    void contrast_everyTextColour_isReadable();
    void readable_anyColour_keepsItsHue();
    void colours_ofTheTerminal_areFound();
    void icons_all_drawInThePalettesColour();
    void appearance_schemeAndZoom_announceAndApply();
};

void TestTheme::contrast_everyTextColour_isReadable_data()
{
    QTest::addColumn<bool>("dark");
    QTest::newRow("light") << false;
    QTest::newRow("dark") << true;
}

void TestTheme::contrast_everyTextColour_isReadable()
{
    QFETCH(const bool, dark);
    const Theme theme = makeTheme(dark, 1, {}, monospaceFont());
    constexpr double readable = 4.5; // WCAG 2.1, level AA
    for (const QColor& ground : {theme.page, theme.chrome, theme.editor}) {
        for (const QColor& ink :
             {theme.text, theme.muted, theme.accent, theme.error, theme.warning, theme.success}) {
            QVERIFY2(contrast(ink, ground) >= readable,
                     qPrintable(u"%1 on %2: %3"_s.arg(ink.name(), ground.name()).arg(contrast(ink, ground))));
        }
    }
    for (const QColor& ink : theme.ansi) {
        QVERIFY2(contrast(ink, theme.page) >= readable,
                 qPrintable(u"%1: %2"_s.arg(ink.name()).arg(contrast(ink, theme.page))));
        QVERIFY2(contrast(ink, theme.errorPage) >= readable,
                 qPrintable(u"%1: %2"_s.arg(ink.name()).arg(contrast(ink, theme.errorPage))));
    }
    for (const QColor& ground : {theme.selection, theme.match, theme.currentMatch})
        QVERIFY2(contrast(theme.text, ground) >= readable, qPrintable(ground.name()));
    QVERIFY(contrast(theme.onAccent, theme.accent) >= readable);
}

void TestTheme::readable_anyColour_keepsItsHue()
{
    constexpr double enough = 4.5;
    for (const bool dark : {false, true}) {
        const Theme theme = makeTheme(dark, 1, {}, monospaceFont());
        for (const QColor& ground : {theme.page, theme.errorPage}) {
            for (int index = 16; index < 256; ++index) {
                const QColor ink = theme.foreground({text::AnsiColour::Kind::Indexed, quint8(index)});
                const QColor better = readable(ink, ground);
                QVERIFY2(contrast(better, ground) >= enough,
                         qPrintable(u"%1 on %2"_s.arg(better.name(), ground.name())));
                if (contrast(ink, ground) >= enough) QCOMPARE(better, ink);
                if (ink.hslSaturationF() > 0.2F && better.lightnessF() < 0.95F)
                    QVERIFY(std::abs(ink.hslHue() - better.hslHue()) <= 3);
            }
        }
    }
}

void TestTheme::colours_ofTheTerminal_areFound()
{
    using text::AnsiColour;
    const Theme theme = makeTheme(false, 1, {}, monospaceFont());
    QCOMPARE(theme.foreground({}), theme.text);
    QVERIFY(!theme.background({}).isValid());
    QCOMPARE(theme.foreground({AnsiColour::Kind::Indexed, 9}), theme.ansi[9]);
    QCOMPARE(theme.foreground({AnsiColour::Kind::Indexed, 196}), QColor(0xff0000));
    QCOMPARE(theme.background({AnsiColour::Kind::Rgb, 0, 1, 2, 3}), QColor(1, 2, 3));
}

void TestTheme::icons_all_drawInThePalettesColour()
{
    QPalette palette;
    palette.setColor(QPalette::ButtonText, QColor(0x12ab34));
    QApplication::setPalette(palette);
    int count = 0;
    for (QDirIterator file(u":/cahier/icons"_s); file.hasNext(); ++count) {
        const QString name = file.nextFileInfo().completeBaseName();
        const QImage image = icon(name).pixmap(QSize(32, 32), 2.0).toImage();
        QCOMPARE(image.size(), QSize(64, 64));
        QColor ink;
        for (int y = 0; y < image.height() && !ink.isValid(); ++y)
            for (int x = 0; x < image.width() && !ink.isValid(); ++x)
                if (image.pixelColor(x, y).alpha() == 255) ink = image.pixelColor(x, y);
        QVERIFY2(ink == QColor(0x12ab34), qPrintable(name));
    }
    QVERIFY(count > 30);
    QVERIFY(icon(u"no such icon"_s).isNull());
}

void TestTheme::appearance_schemeAndZoom_announceAndApply()
{
    Appearance appearance;
    appearance.setScheme(ColourScheme::Light);
    QSignalSpy changed(&appearance, &Appearance::changed);
    appearance.setScheme(ColourScheme::Dark);
    QCOMPARE(changed.count(), 1);
    QVERIFY(appearance.theme().dark);
    QCOMPARE(QApplication::palette().color(QPalette::Window), appearance.theme().chrome);
    const double before = appearance.theme().code.pointSizeF();
    appearance.setZoom(2);
    QCOMPARE(appearance.theme().code.pointSizeF(), before * 2);
    appearance.setZoom(99);
    QCOMPARE(appearance.theme().zoom, 4.0);
    appearance.setZoom(4);
    QCOMPARE(changed.count(), 3);
}

QTEST_MAIN(TestTheme)
#include "tst_theme.moc"
