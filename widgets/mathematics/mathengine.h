// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <widgets/mathematics/formula.h>
#include <widgets/mathematics/formulareader.h>
#include <widgets/mathematics/mathscript.h>

#include <QObject>

#include <memory>
#include <mutex>

namespace cahier::widgets {

/// Makes formulas with MathJax. Lives in a worker thread; only interrupt() may be called from another. Loads
/// MathJax's module with the first formula.
class MathEngine : public QObject {
    Q_OBJECT
public:
    MathEngine();
    ~MathEngine() override;

    void typeset(const FormulaKey& key);
    /// Ends the formula in work, if there is one, with an error.
    void interrupt();

Q_SIGNALS:
    void typesetDone(const cahier::widgets::FormulaKey& key,
                     std::shared_ptr<const cahier::widgets::Formula> formula);

private:
    [[nodiscard]] Formula evaluate(const FormulaKey& key);
    [[nodiscard]] QString load(); ///< a sentence, if it failed

    std::mutex m_mutex; ///< of m_script, for interrupt()
    std::unique_ptr<MathScript> m_script;
    FormulaReader m_reader;
};

} // namespace cahier::widgets
