// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <core/notebook/cell.h>
#include <widgets/outputs/textbuffer.h>

#include <QObject>

namespace cahier::widgets {

/// The text of one output, shared by the widgets that show it. A long saved text is decoded on a worker: its
/// beginning is there at once.
class OutputText : public QObject {
    Q_OBJECT
public:
    using QObject::QObject;

    [[nodiscard]] const TextBuffer& buffer() const { return m_buffer; }
    /// More may come from a running cell.
    [[nodiscard]] bool isLive() const { return m_live; }
    /// False while the rest is being decoded.
    [[nodiscard]] bool isComplete() const { return m_complete; }

    /// nbformat's multi-line text (a JSON string or list of strings).
    void setSaved(const notebook::RawJson& json);
    /// A stream that is being written to; costs in proportion to what is new where it is the present one
    /// grown.
    void setLive(const notebook::StreamText& text);
    void setText(const QByteArray& utf8);

Q_SIGNALS:
    /// Lines from this one on are new, changed or gone.
    void changed(qsizetype firstLine);

private:
    void decodeRest(const notebook::RawJson& json);

    TextBuffer m_buffer;
    bool m_live = false;
    bool m_complete = true;
    quint64 m_generation = 0;
};

} // namespace cahier::widgets
