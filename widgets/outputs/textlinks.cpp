// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/outputs/textlinks.h>

#include <QDir>
#include <QRegularExpression>

using namespace Qt::StringLiterals;

namespace cahier::widgets {

namespace {

void addAddresses(const QString& line, std::vector<TextLink>& links)
{
    if (!line.contains("://"_L1)) return;
    static const QRegularExpression address(uR"re(\bhttps?://[^\s<>"'`\x00-\x20]+)re"_s);
    for (auto found = address.globalMatch(line); found.hasNext();) {
        const QRegularExpressionMatch match = found.next();
        QString text = match.captured();
        while (!text.isEmpty() && QStringView(u".,;:!?)]}").contains(text.back()) &&
               !(text.back() == u')' && text.contains(u'(')))
            text.chop(1);
        const QUrl url(text, QUrl::TolerantMode);
        if (url.isValid() && !url.host().isEmpty())
            links.push_back({match.capturedStart(), text.size(), url, -1, 0});
    }
}

/// IPython 7 to 9 as well as Python's own traceback module.
void addPlaces(const QString& line, std::vector<TextLink>& links)
{
    static const QRegularExpression cell(
        uR"re(\b(?:Cell|Input) In ?\[(\d{1,9})\],? (?:line (\d{1,9})|in .*?<cell line: (\d{1,9})>))re"_s);
    static const QRegularExpression file(
        uR"re(\bFile (?:"([^"<>]+)", line (\d{1,9})|((?:~|/|[A-Za-z]:[\\/])[^\n]*?):(\d{1,9})(?=\D|$)))re"_s);
    if (const auto match = cell.match(line); match.hasMatch()) {
        const int number = (match.hasCaptured(2) ? match.captured(2) : match.captured(3)).toInt();
        links.push_back(
            {match.capturedStart(), match.capturedLength(), {}, match.captured(1).toInt(), number});
    }
    if (const auto match = file.match(line); match.hasMatch()) {
        const bool python = match.hasCaptured(1);
        QString path = match.captured(python ? 1 : 3);
        const int number = match.captured(python ? 2 : 4).toInt();
        if (path.startsWith("~/"_L1)) path.replace(0, 1, QDir::homePath());
        if (!QDir::isAbsolutePath(path)) return;
        QUrl url = QUrl::fromLocalFile(path);
        url.setFragment(u"L%1"_s.arg(number));
        links.push_back({match.capturedStart(), match.capturedLength(), url, -1, number});
    }
}

} // namespace

std::vector<TextLink> findLinks(const QString& line, bool isTraceback)
{
    std::vector<TextLink> links;
    addAddresses(line, links);
    if (isTraceback) addPlaces(line, links);
    return links;
}

} // namespace cahier::widgets
