// SPDX-License-Identifier: GPL-3.0-or-later
// Random edits of the whole corpus, with fixed seeds.
#include "notebooktesting.h"
#include "randomeditor.h"

#include <core/notebook/celldata.h>

#include <nlohmann/json.hpp>

#include <QRegularExpression>

using namespace cahier;
using namespace cahier::notebook;
using namespace cahier::notebook::testing;

namespace {

/// nlohmann's parser refuses lone surrogates and NaN, which we keep: they are replaced for the check of
/// validity.
bool isValidForOthers(QByteArray bytes)
{
    bytes.replace("NaN", "0").replace("-Infinity", "0").replace("1e999", "0");
    static const QRegularExpression surrogate(QStringLiteral("\\\\u[dD][89a-fA-F][0-9a-fA-F]{2}"));
    QString text = QString::fromUtf8(bytes);
    text.replace(surrogate, QStringLiteral("_"));
    if (text.startsWith(QChar(0xFEFF))) text.remove(0, 1);
    return nlohmann::json::accept(text.toStdString());
}

} // namespace

class TestNotebookProperty : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void randomEdits_keepEveryPromise_data()
    {
        QTest::addColumn<QString>("name");
        for (const QString& name : corpus())
            QTest::newRow(qPrintable(name)) << name;
    }

    void randomEdits_keepEveryPromise()
    {
        QFETCH(QString, name);
        const QByteArray bytes = corpusBytes(name);
        for (unsigned seed = 1; seed <= 40; ++seed) {
            Notebook notebook(parsed(bytes));
            const QByteArray before = written(notebook);
            RandomEditor editor(notebook, seed);
            for (unsigned i = 0; i < 1 + seed % 12; ++i)
                editor.edit();
            const QByteArray after = written(notebook);
            QVERIFY2(isValidForOthers(after), after.constData());
            sameAsReadAgain(notebook, after);
            keepsLinesOfOthers(notebook, before, after);
            while (notebook.canUndo())
                notebook.undo();
            QCOMPARE(written(notebook), before);
            QVERIFY(!notebook.isModified());
            while (notebook.canRedo())
                notebook.redo();
            QCOMPARE(written(notebook), after);
        }
    }

private:
    static void sameAsReadAgain(const Notebook& notebook, const QByteArray& after)
    {
        const Notebook again(parsed(after));
        QCOMPARE(again.cellCount(), notebook.cellCount());
        for (int i = 0; i < again.cellCount(); ++i) {
            QCOMPARE(again.cellAt(i).source(), notebook.cellAt(i).source());
            QCOMPARE(again.cellAt(i).typeName(), notebook.cellAt(i).typeName());
            QVERIFY(again.cellAt(i).metadata() == notebook.cellAt(i).metadata());
            QCOMPARE(again.cellAt(i).executionCount(), notebook.cellAt(i).executionCount());
            QCOMPARE(again.cellAt(i).outputs().size(), notebook.cellAt(i).outputs().size());
            for (size_t k = 0; k < again.cellAt(i).outputs().size(); ++k)
                QVERIFY(again.cellAt(i).outputs()[k].value() == notebook.cellAt(i).outputs()[k].value());
            if (again.formatMinor() >= 5) QVERIFY(!again.cellAt(i).id().isEmpty());
        }
        QVERIFY(again.metadata() == notebook.metadata());
    }

    /// A cell that nobody touched is in the file with the very bytes it had.
    static void keepsLinesOfOthers(const Notebook& notebook, const QByteArray& before,
                                   const QByteArray& after)
    {
        const NotebookData original = parsed(before);
        QStringList made;
        const NotebookBytes bytes = writeNotebook(notebook.snapshot());
        for (const auto& [key, id] : bytes.madeIds())
            made.append(QString::number(quint64(key)));
        for (const Cell& cell : original.cells) {
            const Cell* now = notebook.find(cell.key());
            if (!now || made.contains(QString::number(quint64(cell.key())))) continue;
            if (now->source() != cell.source() || now->typeName() != cell.typeName() ||
                now->metadata() != cell.metadata() ||
                now->outputsJson().text() != cell.outputsJson().text() ||
                now->executionCount() != cell.executionCount() || now->attachments() != cell.attachments())
                continue;
            const QByteArray raw(cell.data().text.data(), qsizetype(cell.data().text.size()));
            QVERIFY2(after.contains(raw), raw.constData());
        }
    }
};

QTEST_GUILESS_MAIN(TestNotebookProperty)
#include "tst_notebookproperty.moc"
