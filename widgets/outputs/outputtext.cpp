// SPDX-License-Identifier: GPL-3.0-or-later
#include <widgets/outputs/outputtext.h>

#include <core/notebook/multilinereader.h>
#include <widgets/outputs/background.h>

namespace cahier::widgets {

namespace {

constexpr size_t firstBytes = 64 * 1024;

TextBuffer decode(const notebook::RawJson& json)
{
    constexpr size_t step = 256 * 1024;
    notebook::MultilineReader reader(json.text());
    notebook::StreamText text;
    std::string bytes;
    for (bool more = true; more;) {
        bytes.clear();
        more = reader.read(bytes, step);
        text = text.appended(bytes);
    }
    TextBuffer buffer;
    buffer.setText(text);
    return buffer;
}

} // namespace

void OutputText::setSaved(const notebook::RawJson& json)
{
    ++m_generation;
    m_live = false;
    std::string beginning;
    m_complete = !notebook::MultilineReader(json.text()).read(beginning, firstBytes);
    m_buffer = {};
    m_buffer.setText(notebook::StreamText().appended(beginning));
    Q_EMIT changed(0);
    if (!m_complete) decodeRest(json);
}

void OutputText::decodeRest(const notebook::RawJson& json)
{
    runInBackground(
        this, [json] { return decode(json); },
        [this, generation = m_generation](const std::shared_ptr<TextBuffer>& buffer) {
            if (generation != m_generation) return;
            // The last line of the beginning was cut off; those before it stay as they are.
            const qsizetype firstChanged = std::max<qsizetype>(0, m_buffer.lineCount() - 1);
            m_buffer = std::move(*buffer);
            m_complete = true;
            Q_EMIT changed(firstChanged);
        });
}

void OutputText::setLive(const notebook::StreamText& text)
{
    ++m_generation;
    m_live = true;
    m_complete = true;
    Q_EMIT changed(m_buffer.setText(text));
}

void OutputText::setText(const QByteArray& utf8)
{
    ++m_generation;
    m_live = false;
    m_complete = true;
    m_buffer = {};
    m_buffer.setText(notebook::StreamText().appended({utf8.constData(), size_t(utf8.size())}));
    Q_EMIT changed(0);
}

} // namespace cahier::widgets
