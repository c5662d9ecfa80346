// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/outputs/builtinoutputs.h>

#include <widgets/outputs/htmloutput.h>
#include <widgets/outputs/imageoutput.h>
#include <widgets/outputs/jsonoutput.h>
#include <widgets/outputs/noteoutput.h>
#include <widgets/outputs/textoutput.h>

using namespace Qt::StringLiterals;

namespace cahier::widgets {

namespace {

template <typename Widget> OutputWidget* make(OutputServices& services, QWidget* parent)
{
    return new Widget(services, parent);
}

} // namespace

void addBuiltInOutputs(OutputRegistry& registry)
{
    for (const QString& type :
         {QString(OutputRegistry::stream), QString(OutputRegistry::error), u"text/plain"_s})
        registry.add(type, make<TextOutput>);
    for (const QString& type :
         {u"image/png"_s, u"image/jpeg"_s, u"image/gif"_s, u"image/webp"_s, u"image/svg+xml"_s})
        registry.add(type, make<ImageOutput>);
    registry.add(u"text/html"_s, make<HtmlOutput>);
    registry.add(u"application/json"_s, make<JsonOutput>);
    registry.addAnyJson(make<JsonOutput>);
    registry.add(QString(OutputRegistry::note), [](OutputServices& services, QWidget* parent) {
        return new NoteOutput(services, NoteOutput::Purpose::CannotShow, parent);
    });
    registry.addAnyFile([](OutputServices& services, QWidget* parent) {
        return new NoteOutput(services, NoteOutput::Purpose::File, parent);
    });
}

} // namespace cahier::widgets
