// SPDX-License-Identifier: GPL-3.0-or-later
// typist NOTEBOOK RECOVERY_FOLDER [saving]: opens a document and types into it until it is killed, perhaps
// saving all the time. Before each stroke it says the stroke's number and the time on standard output, so
// that a test knows what was typed when.
#include <core/notebook/document.h>

#include <QCoreApplication>
#include <QTimer>

#include <chrono>
#include <cstdio>

using namespace cahier::notebook;

int main(int argc, char** argv)
{
    QCoreApplication application(argc, argv);
    const QStringList arguments = application.arguments();
    if (arguments.size() < 3) return 2;
    const bool saves = arguments.size() > 3;
    auto opened = Document::openNow(arguments[1], {arguments[2]});
    if (!opened) return 1;
    const std::shared_ptr<Document> document = *opened;
    QObject::connect(document.get(), &Document::journalFailed, &application,
                     [] { QCoreApplication::exit(3); });
    int stroke = 0;
    QTimer timer;
    QObject::connect(&timer, &QTimer::timeout, &application, [&] {
        Notebook& notebook = document->notebook();
        const CellKey key = notebook.cellAt(0).key();
        const auto now = std::chrono::steady_clock::now().time_since_epoch();
        notebook.replaceText(key, notebook.cellAt(0).source().size(), 0, QStringLiteral("%1;").arg(stroke));
        std::printf(
            "%d %lld\n", stroke++,
            static_cast<long long>(std::chrono::duration_cast<std::chrono::milliseconds>(now).count()));
        std::fflush(stdout);
        if (saves && !document->isSaving()) document->save();
    });
    timer.start(5);
    return application.exec();
}
