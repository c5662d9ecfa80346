// SPDX-License-Identifier: GPL-3.0-or-later
// What the tests of outputs share.
#pragma once

#include <core/notebook/cell.h>
#include <core/notebook/outputdata.h>
#include <widgets/outputs/builtinoutputs.h>
#include <widgets/outputs/imagestore.h>
#include <widgets/outputs/outputarea.h>

#include <nlohmann/json.hpp>

namespace cahier::widgets {

/// All that an OutputArea needs.
struct OutputStage {
    OutputStage() { addBuiltInOutputs(registry); }

    Appearance appearance;
    OutputRegistry registry;
    ImageStore images;
    OutputStates states;
    OutputServices services{appearance, registry, images, states};
};

inline notebook::Output outputOf(const nlohmann::json& json)
{
    return notebook::Output(notebook::RawJson(QByteArray::fromStdString(json.dump())));
}

/// A stream as it is in a file.
inline notebook::Output savedStream(const std::string& text, const std::string& name = "stdout")
{
    return outputOf({{"output_type", "stream"}, {"name", name}, {"text", text}});
}

/// A stream as a run writes it.
inline notebook::Output liveStream(const notebook::StreamText& text)
{
    auto data = std::make_shared<notebook::OutputData>();
    data->isStream = true;
    data->streamName = QStringLiteral("stdout");
    data->streamText = text;
    return notebook::Output(std::shared_ptr<const notebook::OutputData>(std::move(data)));
}

inline notebook::Output display(const nlohmann::json& bundle)
{
    return outputOf(
        {{"output_type", "display_data"}, {"data", bundle}, {"metadata", nlohmann::json::object()}});
}

} // namespace cahier::widgets
