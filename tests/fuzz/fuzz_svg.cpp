// SPDX-License-Identifier: GPL-3.0-or-later
// Reads any bytes as the SVG of an output. What is let through is well-formed, has nothing in it that runs or
// is fetched, and is let through again.
#include <tests/fuzz/require.h>
#include <widgets/outputs/svgsafe.h>

#include <QXmlStreamReader>

using namespace cahier::widgets;
using namespace Qt::StringLiterals;

namespace {

void checkElement(const QXmlStreamReader& reader)
{
    const QStringView name = reader.name();
    require(name != u"script" && name != u"foreignObject" && name != u"handler" && name != u"iframe",
            "nothing that runs");
    for (const QXmlStreamAttribute& attribute : reader.attributes()) {
        const QStringView key = attribute.name();
        const QString value = attribute.value().toString().trimmed();
        require(!key.startsWith("on"_L1, Qt::CaseInsensitive), "no handlers");
        if (key == u"href" || key == u"src")
            require(value.startsWith(u'#') || value.startsWith("data:image/"_L1, Qt::CaseInsensitive),
                    "references to itself or to data");
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size)
{
    const auto safe = safeSvg(QByteArray(reinterpret_cast<const char*>(data), qsizetype(size)));
    if (!safe) return 0;
    QXmlStreamReader reader(*safe);
    while (!reader.atEnd())
        if (reader.readNext() == QXmlStreamReader::StartElement) checkElement(reader);
    require(!reader.hasError(), "well-formed");
    require(safeSvg(*safe).has_value(), "safe stays safe");
    return 0;
}
