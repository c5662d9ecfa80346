// SPDX-License-Identifier: GPL-3.0-or-later
// What the notebook tests share.
#pragma once

#include <core/notebook/notebook.h>
#include <core/notebook/reader.h>
#include <core/notebook/writer.h>

#include <QDir>
#include <QFile>
#include <QTest>

namespace cahier::notebook::testing {

inline QString dataFolder()
{
    return QStringLiteral(CAHIER_TEST_DATA "/notebooks");
}

inline QStringList corpus()
{
    return QDir(dataFolder()).entryList({QStringLiteral("*.ipynb")}, QDir::Files, QDir::Name);
}

inline QByteArray bytesOf(const QString& path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

inline QByteArray corpusBytes(const QString& name)
{
    return bytesOf(dataFolder() + u'/' + name);
}

inline void writeBytes(const QString& path, const QByteArray& bytes)
{
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly));
    QCOMPARE(file.write(bytes), bytes.size());
}

/// Larger than what is read into memory at once.
inline QByteArray largeNotebook()
{
    const QByteArray image = QByteArray("iVBORw0KGgo").repeated(600'000);
    return "{\"cells\": [{\"cell_type\": \"code\", \"metadata\": {}, \"execution_count\": 1, \"source\": "
           "\"first\", \"outputs\": ["
           "{\"output_type\": \"display_data\", \"metadata\": {}, \"data\": {\"image/png\": \"" +
           image +
           "\"}}]},\n{\"cell_type\": \"markdown\", \"metadata\": {}, \"source\": \"last\"}], \"metadata\": "
           "{}, \"nbformat\": 4, "
           "\"nbformat_minor\": 4}";
}

inline NotebookData parsed(const QByteArray& bytes)
{
    auto data = readNotebook(FileImage::fromBytes(bytes));
    if (!data) qFatal("%s", qPrintable(data.error().text()));
    return std::move(*data);
}

inline QByteArray written(const Notebook& notebook)
{
    return writeNotebook(notebook.snapshot()).join();
}

/// Lines of `after` that `before` does not have, and the other way round.
struct LineDiff {
    QList<QByteArray> removed;
    QList<QByteArray> added;
};

inline LineDiff lineDiff(const QByteArray& before, const QByteArray& after)
{
    LineDiff diff{before.split('\n'), {}};
    for (const QByteArray& line : after.split('\n'))
        if (!diff.removed.removeOne(line)) diff.added.append(line);
    return diff;
}

} // namespace cahier::notebook::testing
