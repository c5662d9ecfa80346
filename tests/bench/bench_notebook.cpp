// SPDX-License-Identifier: GPL-3.0-or-later
// bench_notebook FOLDER: reading and saving, on the notebooks that shared/workloads/make_workloads.py writes.
// Each line is a median; references are measured in the same run, in turns.
#include <core/notebook/document.h>
#include <core/notebook/savefile.h>
#include <core/notebook/writer.h>

#include <simdjson.h>

#include <QDir>
#include <QElapsedTimer>
#include <QFile>

#include <algorithm>
#include <cstdio>
#include <fcntl.h>
#include <functional>
#include <unistd.h>
#include <vector>

using namespace cahier::notebook;

namespace {

constexpr int rounds = 11;

double milliseconds(const std::function<void()>& work)
{
    QElapsedTimer timer;
    timer.start();
    work();
    return double(timer.nsecsElapsed()) / 1e6;
}

double median(std::vector<double> values)
{
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
}

/// Every key, string and number is decoded.
size_t visit(simdjson::ondemand::value value)
{
    switch (value.type()) {
    case simdjson::ondemand::json_type::object: {
        size_t sum = 0;
        for (auto field : value.get_object()) {
            sum += std::string_view(field.unescaped_key()).size();
            sum += visit(field.value());
        }
        return sum;
    }
    case simdjson::ondemand::json_type::array: {
        size_t sum = 0;
        for (auto element : value.get_array())
            sum += visit(element.value());
        return sum;
    }
    case simdjson::ondemand::json_type::string:
        return std::string_view(value.get_string()).size();
    case simdjson::ondemand::json_type::number:
        return size_t(double(value.get_double()));
    case simdjson::ondemand::json_type::boolean:
        return bool(value.get_bool()) ? 1 : 0;
    default:
        return 0;
    }
}

size_t readWithSimdjson(const QString& path)
{
    const auto text = simdjson::padded_string::load(path.toStdString());
    simdjson::ondemand::parser parser;
    auto document = parser.iterate(text.value_unsafe());
    size_t sum = 0;
    for (auto field : document.get_object()) {
        sum += std::string_view(field.unescaped_key()).size();
        sum += visit(field.value());
    }
    return sum;
}

void print(const char* figure, double value, double reference, const char* referenceName)
{
    std::printf(
        "{\"figure\":\"%s\",\"value\":%.2f,\"unit\":\"ms\",\"reference\":%.2f,\"reference_name\":\"%s\"}\n",
        figure, value, reference, referenceName);
    std::fflush(stdout);
}

void benchRead(const QString& path, const char* figure)
{
    std::vector<double> ours, theirs;
    size_t sum = 0;
    for (int i = 0; i < rounds; ++i) {
        ours.push_back(milliseconds([&] {
            auto data = readNotebookFile(path);
            if (!data) std::abort();
            const Notebook notebook(std::move(*data));
            sum += size_t(notebook.cellCount());
        }));
        theirs.push_back(milliseconds([&] { sum += readWithSimdjson(path); }));
    }
    if (sum == 0) std::abort();
    print(figure, median(ours), median(theirs), "simdjson on-demand, every value");
}

void writePlainly(const QString& path, const QByteArray& bytes)
{
    const int fd =
        ::open(QFile::encodeName(path).constData(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    for (qsizetype done = 0; done < bytes.size();) {
        const ssize_t count = ::write(fd, bytes.constData() + done, size_t(bytes.size() - done));
        if (count <= 0) std::abort();
        done += count;
    }
    if (fsync(fd) != 0) std::abort();
    ::close(fd);
}

void benchSave(const QString& source, const QString& folder)
{
    const QString path = folder + QStringLiteral("/bench-save.ipynb");
    const QString plain = folder + QStringLiteral("/bench-plain.tmp");
    QFile::remove(path);
    if (!QFile::copy(source, path)) std::abort();
    auto document = Document::openNow(path);
    if (!document) std::abort();
    Notebook& notebook = (*document)->notebook();
    std::vector<double> ours, theirs;
    QByteArray bytes;
    for (int i = 0; i < 9; ++i) {
        notebook.replaceText(notebook.cellAt(notebook.cellCount() / 2).key(), 0, 0, QStringLiteral("x"));
        ours.push_back(milliseconds([&] {
            if (!(*document)->saveNow()) std::abort();
        }));
        bytes = writeNotebook(notebook.snapshot()).join();
        theirs.push_back(milliseconds([&] { writePlainly(plain, bytes); }));
    }
    print("save images-100mb after one edit", median(ours), median(theirs),
          "write and fsync of the same bytes");
    QFile::remove(path);
    QFile::remove(plain);
}

} // namespace

int main(int argc, char** argv)
{
    if (argc != 2) {
        std::fprintf(stderr, "usage: bench_notebook FOLDER\n");
        return 2;
    }
    const QString folder = QString::fromLocal8Bit(argv[1]);
    benchRead(folder + QStringLiteral("/images-100mb.ipynb"), "read images-100mb");
    benchRead(folder + QStringLiteral("/cells-10k.ipynb"), "read cells-10k");
    benchSave(folder + QStringLiteral("/images-100mb.ipynb"), folder);
    return 0;
}
