// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/settings/inifile.h>

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

using namespace cahier::widgets;
using namespace Qt::StringLiterals;

class TestSettings : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void iniFile_change_isOnDiskSoon();
    void iniFile_destroyed_hasWrittenEverything();
    void iniFile_manyChanges_lastOneCounts();

private:
    [[nodiscard]] static QByteArray contents(const QString& path)
    {
        QFile file(path);
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    }
    QTemporaryDir m_folder;
};

void TestSettings::iniFile_change_isOnDiskSoon()
{
    const QString path = m_folder.filePath(u"soon.ini"_s);
    IniFile file(path);
    file.setValue(u"a/b"_s, 7);
    QTRY_VERIFY(contents(path).contains("b=7"));
    QCOMPARE(file.value(u"a/b"_s).toInt(), 7);
    file.remove(u"a/b"_s);
    QTRY_VERIFY(!contents(path).contains("b=7"));
}

void TestSettings::iniFile_destroyed_hasWrittenEverything()
{
    const QString path = m_folder.filePath(u"destroyed.ini"_s);
    {
        IniFile file(path);
        file.setValue(u"a/b"_s, u"text"_s);
    }
    QVERIFY(contents(path).contains("b=text"));
}

void TestSettings::iniFile_manyChanges_lastOneCounts()
{
    const QString path = m_folder.filePath(u"many.ini"_s);
    constexpr int changes = 300;
    {
        IniFile file(path);
        for (int i = 0; i <= changes; ++i) {
            file.setValue(u"a/b"_s, i);
            if (i % 10 == 0) QCoreApplication::processEvents(); // a worker writes meanwhile
        }
        QCOMPARE(file.value(u"a/b"_s).toInt(), changes);
        QTRY_VERIFY(contents(path).contains("b=300"));
    }
    QVERIFY(contents(path).contains("b=300"));
}

QTEST_GUILESS_MAIN(TestSettings)
#include "tst_settings.moc"
