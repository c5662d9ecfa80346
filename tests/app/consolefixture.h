// SPDX-License-Identifier: GPL-3.0-or-later
// Runs the real `cahier` with a host, state folder and working folder of its own.
#pragma once

#include <QProcess>
#include <QTemporaryDir>

#include <nlohmann/json.hpp>

#include <functional>
#include <memory>

struct ConsoleResult {
    int status = -1; ///< the exit status; -1 when it was killed or did not start
    QString out, err;
};

class ConsoleFixture {
public:
    ConsoleFixture();
    ~ConsoleFixture(); ///< ends the host, and with it its kernels

    [[nodiscard]] QString path(const QString& name) const;
    void write(const QString& name, const QByteArray& bytes) const;
    [[nodiscard]] QByteArray read(const QString& name) const;
    /// The file as JSON; a null value when it does not parse.
    [[nodiscard]] nlohmann::json json(const QString& name) const;
    /// A notebook of code cells with these sources.
    void writeNotebook(const QString& name, const QStringList& sources) const;

    /// Runs to the end with these arguments and this standard input.
    [[nodiscard]] ConsoleResult run(const QStringList& arguments, const QByteArray& input = {}) const;
    /// Starts and does not wait. Without a controlling terminal, unless prepare gives it one.
    [[nodiscard]] std::unique_ptr<QProcess> start(const QStringList& arguments,
                                                  const std::function<void(QProcess&)>& prepare = {}) const;
    /// Sets a variable of the environment that later runs get.
    void setEnvironment(const QString& name, const QString& value);

private:
    QTemporaryDir m_folder;
    QProcessEnvironment m_environment;
};

/// The text of a cell's stream outputs, joined.
[[nodiscard]] QString streamText(const nlohmann::json& cell);
