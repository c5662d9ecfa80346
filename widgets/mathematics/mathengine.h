// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <widgets/mathematics/formula.h>
#include <widgets/mathematics/formulareader.h>

#include <QJSValue>
#include <QObject>

#include <memory>
#include <mutex>

class QJSEngine;

namespace cahier::widgets {

/// MathJax in a QJSEngine. Lives in a worker thread; only interrupt() may be called from another. The script
/// is loaded (some 0.3 s) with the first formula.
class MathEngine : public QObject {
    Q_OBJECT
public:
    MathEngine();
    ~MathEngine() override;

    void typeset(const FormulaKey& key);
    /// Ends the formula in work, if there is one, with an error. The next one loads the script anew.
    void interrupt();

Q_SIGNALS:
    void typesetDone(const cahier::widgets::FormulaKey& key,
                     std::shared_ptr<const cahier::widgets::Formula> formula);

private:
    [[nodiscard]] Formula evaluate(const FormulaKey& key);
    [[nodiscard]] QString load(); ///< a sentence, if it failed
    [[nodiscard]] Formula read(const QJSValue& result);

    std::mutex m_mutex; ///< of m_engine, for interrupt()
    std::unique_ptr<QJSEngine> m_engine;
    QJSValue m_typeset;
    FormulaReader m_reader;
};

} // namespace cahier::widgets
