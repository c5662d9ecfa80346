// SPDX-License-Identifier: Apache-2.0
#include <runtimes/host/requestparts.h>

#include <runtimes/accelerators/hardwarejson.h>

#include <format>
#include <utility>

namespace cahier::host {

bool isVariableName(const std::string& name)
{
    return !name.empty() && !name.contains('=') && !name.contains('\0');
}

bool isVariableValue(const Json& value)
{
    return value.is_string() && !value.get_ref<const std::string&>().contains('\0');
}

std::shared_ptr<Kernel> Request::kernel() const
{
    const std::string id = text("kernel");
    std::shared_ptr<Kernel> found = host.kernel(id);
    if (!found) reply.fail(wire::errorCodeNotFound, std::format("There is no kernel {} on this host.", id));
    return found;
}

std::optional<Environment> Request::environment() const
{
    const auto variables = envelope.find("environ");
    if (variables == envelope.end() || variables->is_null()) return currentEnvironment();
    Environment result;
    bool valid = variables->is_object();
    if (valid)
        for (const auto& [name, value] : variables->items()) {
            valid = valid && isVariableName(name) && isVariableValue(value);
            if (valid) result[name] = value.get<std::string>();
        }
    if (!valid) {
        reply.fail(wire::errorCodeBadRequest, "environ is an object of strings.");
        return std::nullopt;
    }
    result.erase("JPY_PARENT_PID");
    return result;
}

wire::Result<std::optional<accelerators::Choice>> Request::accelerator() const
{
    const auto value = envelope.find("accelerator");
    if (value == envelope.end() || value->is_null()) return std::nullopt;
    const wire::Result<accelerators::Choice> choice = accelerators::parseChoice(*value);
    if (choice) return *choice;
    reply.fail(choice.error());
    return std::unexpected(choice.error());
}

bool applyChanges(Environment& environment, const Json& changes)
{
    if (changes.is_null()) return true;
    if (!changes.is_object()) return false;
    for (const auto& [name, value] : changes.items()) {
        if (!isVariableName(name)) return false;
        if (value.is_null())
            environment.erase(name);
        else if (isVariableValue(value))
            environment[name] = value.get<std::string>();
        else
            return false;
    }
    return true;
}

void selectAccelerator(Host& host, const std::optional<accelerators::Choice>& choice,
                       const Environment& environment,
                       std::function<void(wire::Result<accelerators::Selection>)> done)
{
    if (!choice) return done(accelerators::Selection{});
    if (!accelerators::needsHardware(*choice)) return done(accelerators::select(*choice, {}));
    host.detectHardware(environment,
                        [choice, done = std::move(done)](const ResourceMonitor::Found& hardware) {
                            if (hardware)
                                done(accelerators::select(*choice, *hardware));
                            else
                                done(std::unexpected(hardware.error()));
                        });
}

} // namespace cahier::host
