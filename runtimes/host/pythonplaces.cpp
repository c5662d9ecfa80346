// SPDX-License-Identifier: Apache-2.0
#include <runtimes/host/pythonplaces.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <format>
#include <fstream>
#include <set>

namespace cahier::host {

namespace fs = std::filesystem;
using Kind = PythonPlace::Kind;

namespace {

constexpr std::size_t mostPlaces = 64; ///< a home folder with more is searched no further

std::string real(const fs::path& path)
{
    std::error_code error;
    const fs::path canonical = fs::canonical(path, error);
    return error ? path.string() : canonical.string();
}

class Search {
public:
    explicit Search(const Environment& environment)
    {
        for (const char* const variable : {"VIRTUAL_ENV", "CONDA_PREFIX"})
            if (const std::string prefix = valueOf(environment, variable); !prefix.empty())
                m_seen.insert(real(prefix));
        for (const std::string& folder : splitPath(valueOf(environment, "PATH")))
            m_seen.insert(real(fs::path(real(folder)).parent_path()));
    }

    void add(Kind kind, const fs::path& prefix, std::string name = {})
    {
        PythonPlace place{kind, prefix.string(), name.empty() ? prefix.filename().string() : std::move(name)};
        if (places.size() >= mostPlaces || !isExecutable(place.interpreter())) return;
        if (m_seen.insert(real(prefix)).second) places.push_back(std::move(place));
    }
    void addChildren(Kind kind, const fs::path& folder)
    {
        std::vector<fs::path> children;
        std::error_code error;
        for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error))
            children.push_back(entry->path());
        std::ranges::sort(children);
        for (const fs::path& child : children)
            add(kind, child);
    }
    void addConda(const fs::path& root)
    {
        add(Kind::Conda, root, "base");
        addChildren(Kind::Conda, root / "envs");
    }

    std::vector<PythonPlace> places;

private:
    std::set<std::string> m_seen;
};

void addCondaList(Search& search, const fs::path& file)
{
    std::ifstream stream(file);
    for (std::string line; std::getline(stream, line);) {
        if (line.empty() || line.front() != '/') continue;
        std::error_code error;
        const bool isBase = fs::is_directory(fs::path(line) / "envs", error) ||
                            fs::exists(fs::path(line) / "condabin", error);
        search.add(Kind::Conda, line, isBase ? "base" : std::string());
    }
}

bool takesSystemPackages(const PythonPlace& place)
{
    std::ifstream stream(place.prefix + "/pyvenv.cfg");
    for (std::string line; std::getline(stream, line);) {
        std::erase_if(line, [](unsigned char c) { return std::isspace(c); });
        std::ranges::transform(line, line.begin(),
                               [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
        if (line == "include-system-site-packages=true") return true;
    }
    return false;
}

} // namespace

std::string kindName(Kind kind)
{
    switch (kind) {
    case Kind::Conda:
        return "conda";
    case Kind::Pyenv:
        return "pyenv";
    case Kind::Uv:
        return "uv";
    case Kind::Venv:
        break;
    }
    return "venv";
}

std::vector<PythonPlace> findPythonPlaces(const Environment& environment, const std::string& workingFolder)
{
    if (environment.contains(kernelPathVariable)) return {};
    Search search(environment);
    const fs::path home = valueOf(environment, "HOME");
    if (!workingFolder.empty() && workingFolder != home)
        for (const char* const name : {".venv", "venv"})
            search.add(Kind::Venv, fs::path(workingFolder) / name,
                       fs::path(workingFolder).filename().string());
    if (!home.is_absolute()) return std::move(search.places);
    addCondaList(search, home / ".conda/environments.txt");
    for (const char* const name : {"miniconda3", "miniforge3", "anaconda3", "mambaforge", "micromamba"})
        search.addConda(home / name);
    for (const char* const root : {"/opt/conda", "/opt/miniconda3", "/opt/miniforge3", "/opt/anaconda3"})
        search.addConda(root);
    search.addChildren(Kind::Conda, home / ".conda/envs");
    for (const char* const name : {".virtualenvs", "venvs", ".venvs"})
        search.addChildren(Kind::Venv, home / name);
    for (const char* const name : {".venv", "venv"})
        search.add(Kind::Venv, home / name);
    search.addChildren(Kind::Pyenv, home / ".pyenv/versions");
    search.addChildren(Kind::Uv, home / ".local/share/uv/python");
    return std::move(search.places);
}

bool mayHaveIpykernel(const PythonPlace& place)
{
    if (takesSystemPackages(place)) return true;
    std::error_code error;
    for (fs::directory_iterator entry(place.prefix + "/lib", error), end; !error && entry != end;
         entry.increment(error)) {
        std::error_code ignored;
        if (entry->path().filename().string().starts_with("python") &&
            fs::is_directory(entry->path() / "site-packages/ipykernel", ignored))
            return true;
    }
    return false;
}

KernelSpec specOf(const PythonPlace& place)
{
    const std::string kind = kindName(place.kind);
    KernelSpec spec = probedPythonSpec(place.interpreter());
    spec.displayName = std::format("Python ({}: {})", kind, place.name);
    spec.name = std::format("python-{}-", kind);
    for (const unsigned char c : place.name)
        spec.name += std::isalnum(c) || c == '.' || c == '_' ? static_cast<char>(std::tolower(c)) : '-';
    spec.environment["PATH"] = place.prefix + "/bin:${PATH}";
    if (place.kind == Kind::Conda) {
        spec.environment["CONDA_PREFIX"] = place.prefix;
        spec.environment["CONDA_DEFAULT_ENV"] = place.name;
    } else if (place.kind == Kind::Venv) {
        spec.environment["VIRTUAL_ENV"] = place.prefix;
    }
    return spec;
}

} // namespace cahier::host
