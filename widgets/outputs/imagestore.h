// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <core/notebook/cell.h>

#include <QImage>
#include <QObject>

#include <atomic>
#include <functional>
#include <list>
#include <memory>

namespace cahier::widgets {

/// A decoded picture.
struct StoredPicture {
    QImage image;               ///< null where it cannot be drawn
    QString problem;            ///< why not: a sentence for the reader
    bool isDarkOnClear = false; ///< dark ink on a transparent ground: hard to see on a dark page
};

/// Decodes pictures on workers, no larger than they are shown, and keeps the last ones. One for the program.
class ImageStore : public QObject {
    Q_OBJECT
public:
    /// Of one picture at one size.
    struct Key {
        notebook::OutputIdentity output;
        QString mimeType;
        QSize pixels; ///< to be shown at; empty: its own size
        bool operator==(const Key&) const = default;
    };
    /// Setting it true asks for no more work.
    using Cancelled = std::shared_ptr<std::atomic_bool>;
    using Done = std::function<void(const std::shared_ptr<const StoredPicture>&)>;

    explicit ImageStore(qsizetype mostBytes = 20 * 1024 * 1024, QObject* parent = nullptr);

    /// Null where it is not kept.
    [[nodiscard]] std::shared_ptr<const StoredPicture> find(const Key& key);
    /// Calls `done` in this thread when the picture is decoded, unless `context` is gone or it was cancelled.
    Cancelled request(const Key& key, const notebook::RawJson& json, QObject* context, Done done);
    [[nodiscard]] qsizetype keptBytes() const { return m_bytes; }

private:
    void keep(const Key& key, const std::shared_ptr<const StoredPicture>& picture);

    std::list<std::pair<Key, std::shared_ptr<const StoredPicture>>> m_kept; ///< the last used first
    qsizetype m_mostBytes;
    qsizetype m_bytes = 0;
};

/// What request() does on its worker. `pixels` as in Key.
[[nodiscard]] StoredPicture decodePicture(const QString& mimeType, const QByteArray& bytes, QSize pixels);

} // namespace cahier::widgets
